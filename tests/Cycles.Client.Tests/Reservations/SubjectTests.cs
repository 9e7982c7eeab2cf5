namespace Cycles.Client.Tests;

public sealed class SubjectTests : ClientFixture
{
    [Test]
    public async Task The_seam_gives_the_tenant_when_nothing_else_says()
    {
#pragma warning disable CYC004 // Only its subject is looked at; nothing runs that could cost something.
        await using var guard = await Client.ReserveAsync(Work, Tokens(1));
#pragma warning restore CYC004
        Assert.That(guard.Subject, Is.EqualTo(new Subject { Tenant = "acme" }));
    }

    [Test]
    public async Task Each_level_that_the_call_leaves_open_comes_from_the_client()
    {
        await using var client = NewClient(o => o.Subject = new() { Workspace = "prod", Agent = "bot" });
#pragma warning disable CYC004 // Only its subject is looked at; nothing runs that could cost something.
        await using var guard = await client.ReserveAsync(
            Work,
            Tokens(1),
            new()
            {
                Subject = new() { Agent = "other", Toolset = "web" },
            }
        );
#pragma warning restore CYC004
        Assert.That(
            guard.Subject,
            Is.EqualTo(
                new Subject
                {
                    Tenant = "acme",
                    Workspace = "prod",
                    Agent = "other",
                    Toolset = "web",
                }
            )
        );
    }

    [Test]
    public async Task A_subject_that_is_used_again_is_not_filled_again_and_another_one_is()
    {
        await using var client = NewClient(o => o.Subject = new() { Workspace = "prod" });
        var bot = new ReserveOptions { Subject = new() { Agent = "bot" } };
#pragma warning disable CYC004 // Only their subjects are looked at; nothing runs that could cost something.
        await using var first = await client.ReserveAsync(Work, Tokens(1), bot);
        await using var second = await client.ReserveAsync(Work, Tokens(1), bot);
        await using var third = await client.ReserveAsync(Work, Tokens(1), new() { Subject = new() { Agent = "cat" } });
#pragma warning restore CYC004

        Assert.That(second.Subject, Is.SameAs(first.Subject));
        Assert.That(third.Subject.Agent, Is.EqualTo("cat"));
    }

    [Test]
    public async Task Dimensions_alone_are_defaults_too()
    {
        var dimensions = new Dictionary<string, string> { ["team"] = "search" };
        await using var client = NewClient(o => o.Subject = new() { Dimensions = dimensions });
#pragma warning disable CYC004 // Only its subject is looked at; nothing runs that could cost something.
        await using var guard = await client.ReserveAsync(Work, Tokens(1));
#pragma warning restore CYC004
        Assert.That(guard.Subject.Dimensions, Is.EqualTo(dimensions));
    }

    [Test]
    public async Task Without_any_subject_both_places_are_named_and_nothing_is_sent()
    {
        // A server alone knows the tenant of a key.
        Authority.Tenant = null;
        var client = NewClient();
        foreach (
            var thrown in new[]
            {
                await Assert.ThrowsAsync<ArgumentException>(async () => await client.ReserveAsync(Work, Tokens(1))),
                await Assert.ThrowsAsync<ArgumentException>(async () =>
                    await client.ReserveAsync(Work, Tokens(1), new() { Subject = new() })
                ),
                await Assert.ThrowsAsync<ArgumentException>(() => client.DecideAsync(Work, Tokens(1))),
                await Assert.ThrowsAsync<ArgumentException>(() => client.EvaluateAsync(Work, Tokens(1))),
                await Assert.ThrowsAsync<ArgumentException>(() => client.RecordEventAsync(Work, Tokens(1))),
                Assert.Throws<ArgumentException>(() => client.GetBalancesAsync()),
            }
        )
        {
            Assert.That(thrown!.Message, Does.Contain("of this call, or CyclesClientOptions.Subject"));
        }

        client.Dispose();
        Assert.That(Authority.Count(), Is.Zero);
    }

    [Test]
    public async Task What_the_caller_changes_later_changes_no_reservation()
    {
        var dimensions = new Dictionary<string, string> { ["run"] = "1" };
        var tags = new List<string> { "prod" };
        await using var guard = await Client.ReserveAsync(
            Work with
            {
                Tags = tags,
            },
            Tokens(1),
            new() { Subject = new() { Dimensions = dimensions } }
        );
        dimensions["run"] = "2";
        tags.Add("late");

        var held = await Client.GetReservationAsync(guard.ReservationId!);
        Assert.Multiple(() =>
        {
            Assert.That(guard.Subject.Dimensions!["run"], Is.EqualTo("1"));
            Assert.That(guard.Action.Tags, Is.EqualTo(new[] { "prod" }));
            Assert.That(held.Subject.Dimensions!["run"], Is.EqualTo("1"));
            Assert.That(held.Action.Tags, Is.EqualTo(new[] { "prod" }));
        });
    }
}
