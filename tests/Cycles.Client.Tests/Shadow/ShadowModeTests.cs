using System.Text.Json;

namespace Cycles.Client.Tests;

/// <summary>Evaluated by dry runs, and nothing blocked, held or charged.</summary>
public sealed class ShadowModeTests : ClientFixture
{
    [Test]
    public async Task A_clients_calls_hold_nothing_and_charge_nothing()
    {
        var report = new ShadowReport();
        await using var client = NewClient(o => o.Shadow = report);

        await using var guard = await client.ReserveAsync(Work, Tokens(100));
        var settlement = await guard.CommitAsync(Tokens(70));
        var run = await client.RunAsync(Work, Tokens(100), (_, _) => Task.FromResult((1, (Amount?)null)));
        var recorded = await client.RecordEventAsync(Work, Tokens(5));

        Assert.Multiple(() =>
        {
            Assert.That(guard.ReservationId, Is.Null);
            Assert.That(guard.ShadowDenial, Is.Null);
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Shadowed));
            Assert.That((settlement.Actual, settlement.Charged), Is.EqualTo((Tokens(70), (Amount?)null)));
            Assert.That(run.Settlement.ActualIsEstimate, Is.True);
            Assert.That(recorded.Outcome, Is.EqualTo(SettlementOutcome.Shadowed));
            Assert.That((report.Evaluated, report.Refused), Is.EqualTo((2, 0)));
            Assert.That(Authority.Requests<CommitRequest>(Operation.Commit), Is.Empty);
            Assert.That(Authority.Requests<EventCreateRequest>(Operation.Event), Is.Empty);
        });
    }

    [Test]
    public async Task What_would_have_been_refused_runs_and_is_reported_with_what_it_cost()
    {
        using var lines = new StringWriter();
        var report = new ShadowReport(lines);
        var options = new ReserveOptions { Shadow = report };

        await using var guard = await Client.ReserveAsync(Work, Tokens(Budget + 1), options);
        Assert.That(guard.Decision, Is.EqualTo(Decision.Deny));
        Assert.That(guard.ShadowDenial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
        await guard.CommitAsync(Tokens(123));

        var line = JsonSerializer.Deserialize<JsonElement>(lines.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(
                report.ToString(),
                Is.EqualTo("1 calls evaluated, 1 would have been refused, saving 123 TOKENS")
            );
            Assert.That(line.GetProperty("at").GetString(), Is.EqualTo("2026-04-12T12:00:00.000Z"));
            Assert.That(line.GetProperty("action").GetProperty("name").GetString(), Is.EqualTo(Work.Name));
            Assert.That(line.GetProperty("subject").GetProperty("tenant").GetString(), Is.EqualTo("acme"));
            Assert.That(line.GetProperty("reason_code").GetString(), Is.EqualTo("BUDGET_EXCEEDED"));
            Assert.That(line.GetProperty("estimate").GetProperty("amount").GetInt64(), Is.EqualTo(Budget + 1));
            Assert.That(line.GetProperty("saved").GetProperty("unit").GetString(), Is.EqualTo("TOKENS"));
        });
    }

    [Test]
    public async Task Calls_add_up_as_they_would_on_the_ledger()
    {
        var report = new ShadowReport();
        await using var client = NewClient(o => o.Shadow = report);

        for (var i = 0; i < 30; i++)
        {
            // Each holds 1,000 and costs 500: the budget of 10,000 takes 19 of them.
            await using var guard = await client.ReserveAsync(Work, Tokens(1_000));
            await guard.CommitAsync(Tokens(500));
        }

        await using var returned = await client.ReserveAsync(Work, Tokens(500));
        await returned.ReleaseAsync();

        await using var last = await client.ReserveAsync(Work, Tokens(500));

        Assert.That(last.ShadowDenial, Is.Null);
        Assert.That((report.Evaluated, report.Refused), Is.EqualTo((32, 11)));
        Assert.That(report.Saved, Is.EqualTo(new[] { Tokens(5_500) }));
        await last.ReleaseAsync();
    }

    [Test]
    public async Task Subjects_add_up_on_the_budget_that_they_share()
    {
        // Two agents, one with a budget of its own, below a tenant with 10,000.
        using var lines = new StringWriter();
        var report = new ShadowReport(lines);
        await using var client = NewClient(o => o.Shadow = report);
        Ledger.Administer("acme").Budget("tenant:acme/agent:a", Tokens(9_000));

        var first = await client.ReserveAsync(Work, Tokens(6_000), new() { Subject = new() { Agent = "A" } });
        await first.CommitAsync(Tokens(5_500));
        var second = await client.ReserveAsync(Work, Tokens(4_000), new() { Subject = new() { Agent = "b" } });
        await second.CommitAsync(Tokens(4_000));
        var third = await client.ReserveAsync(Work, Tokens(1_000), new() { Subject = new() { Agent = "b" } });
        await third.CommitAsync(Tokens(900));
        var fourth = await client.ReserveAsync(Work, Tokens(500), new() { Subject = new() { Agent = "a" } });
        await fourth.CommitAsync(Tokens(500));

        Assert.Multiple(() =>
        {
            Assert.That((first.ShadowDenial, second.ShadowDenial, fourth.ShadowDenial), Is.EqualTo(NoDenials));
            Assert.That(third.ShadowDenial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetExceeded));
            Assert.That(third.ShadowDenial?.Scope, Is.EqualTo("tenant:acme"));
            Assert.That(third.ShadowDenial?.Remaining?.Value, Is.EqualTo(500));
            Assert.That((report.Evaluated, report.Refused), Is.EqualTo((4, 1)));
            Assert.That(lines.ToString(), Does.Contain("\"scope\":\"tenant:acme\""));
        });
    }

    private static (Denial?, Denial?, Denial?) NoDenials => default;

    [Test]
    public async Task Holds_side_by_side_add_up_too()
    {
        var report = new ShadowReport();
        await using var client = NewClient(o => o.Shadow = report);

        var guards = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(async _ => await client.ReserveAsync(Work, Tokens(1_000)))
        );

        Assert.That(report.Refused, Is.GreaterThanOrEqualTo(10));
        await Task.WhenAll(guards.Select(guard => guard.CommitAsync(Tokens(1_000))));
    }

    [Test]
    public async Task An_authority_that_cannot_answer_blocks_nothing()
    {
        var report = new ShadowReport();
        await using var client = NewClient(o => o.Shadow = report);

        // No budget in this unit, which outside shadow mode is a failure and no denial.
        await using var guard = await client.ReserveAsync(Work, Amount.Credits(1));
        await guard.CommitAsync(Amount.Credits(1));

        Assert.That((report.Evaluated, report.Unevaluated), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task A_writer_that_throws_costs_nobody_a_result()
    {
        var lines = new StringWriter();
        await lines.DisposeAsync();
        var report = new ShadowReport(lines);

        await using var guard = await Client.ReserveAsync(
            Work,
            Tokens(Budget + 1),
            new ReserveOptions { Shadow = report }
        );

        Assert.That((await guard.CommitAsync(Tokens(1))).Outcome, Is.EqualTo(SettlementOutcome.Shadowed));
    }
}
