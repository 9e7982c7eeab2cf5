namespace Cycles.Client.Tests;

/// <summary>Whose key a request carries, and that none is ever shown.</summary>
public sealed class KeyTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    [Test]
    public async Task The_provider_is_asked_for_every_attempt_so_that_keys_rotate()
    {
        var asked = new List<string?>();
        await using var server = await ScriptedServer.StartAsync();
        await using var client = new CyclesClient(
            server.Url,
            apiKey: null,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
                ApiKeyProvider = (tenant, _) =>
                {
                    asked.Add(tenant);
                    return new ValueTask<string>($"key-{asked.Count}");
                },
            }
        );
        await using (var guard = await client.ReserveAsync(Work, Amount.Tokens(10)))
        {
            await guard.CommitAsync(Amount.Tokens(7));
        }

        Assert.That(asked, Is.EqualTo(new[] { "acme", "acme" }));
        Assert.That(server.Requests.Select(r => r.Header("X-Cycles-API-Key")), Is.EqualTo(new[] { "key-1", "key-2" }));
    }

    [Test]
    public async Task Other_tenants_have_keys_of_their_own_over_the_same_connections()
    {
        var ports = new HashSet<int>();
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            ports.Add(context.Connection.RemotePort);
            return Answers.Valid(context);
        });
        await using var client = new CyclesClient(
            server.Url,
            "key-acme",
            new()
            {
                Subject = new() { Tenant = "acme", Agent = "bot" },
                JournalDirectory = TestHome.NewJournal(),
                ApiKeyProvider = (tenant, _) => new ValueTask<string>($"key-{tenant}"),
            }
        );
        var other = client.ForTenant("umbrella");
        await client.DecideAsync(Work, Amount.Tokens(1));
        await other.DecideAsync(Work, Amount.Tokens(1));
        await client.DecideAsync(Work, Amount.Tokens(1), new() { Subject = new() { Tenant = "umbrella" } });

        Assert.Multiple(() =>
        {
            Assert.That(
                server.Requests.Select(r => r.Header("X-Cycles-API-Key")),
                Is.EqualTo(new[] { "key-acme", "key-umbrella", "key-umbrella" })
            );
            Assert.That(
                server.Requests.Select(r => System.Text.Encoding.UTF8.GetString(r.Body)),
                Is.All.Contain("\"agent\":\"bot\"")
            );
            Assert.That(ports, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task Without_a_provider_another_tenant_is_an_error_that_names_it()
    {
        await using var client = new CyclesClient(
            new Uri("http://127.0.0.1:1"),
            Seam.Key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
            }
        );
        var asked = Assert.Throws<InvalidOperationException>(() => client.ForTenant("umbrella"));
        var named = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await client.ReserveAsync(Work, Amount.Tokens(1), new() { Subject = new() { Tenant = "umbrella" } })
        );
        Assert.That(asked!.Message, Does.Contain("'umbrella'").And.Contain("CyclesClientOptions.ApiKeyProvider"));
        Assert.That(named!.Message, Is.EqualTo(asked.Message));
    }

    [Test]
    public async Task Where_the_server_alone_knows_the_tenant_a_subject_is_sent_as_it_is()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var client = new CyclesClient(
            server.Url,
            Seam.Key,
            new() { JournalDirectory = TestHome.NewJournal() }
        );
        await client.DecideAsync(Work, Amount.Tokens(1), new() { Subject = new() { Tenant = "umbrella" } });
        Assert.That(System.Text.Encoding.UTF8.GetString(server.Request.Body), Does.Contain("\"tenant\":\"umbrella\""));
    }

    [Test]
    public async Task A_provider_that_fails_is_a_transport_failure_and_nothing_is_sent()
    {
        await using var server = await ScriptedServer.StartAsync();
        var keys = new Queue<Func<ValueTask<string>>>([
            () => throw new IOException("vault is sealed"),
            () => new ValueTask<string>("two\nlines"),
            () => new ValueTask<string>(""),
            () => new ValueTask<string>(new TaskCompletionSource<string>().Task),
        ]);
        using var seam = Seam.Open(
            server.Url,
            options =>
            {
                options.ApiKey = null;
                options.ApiKeyProvider = (_, _) => keys.Dequeue()();
                options.ReadTimeout = options.ConnectTimeout = TimeSpan.FromMilliseconds(50);
            }
        );
        while (keys.Count > 0)
        {
            var thrown = await Assert.ThrowsAsync<CyclesTransportException>(async () =>
                await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit)
            );
            Assert.That(thrown!.Message, Does.StartWith("commitReservation was not sent: "));
            Assert.That(thrown.ToString(), Does.Not.Contain("lines"));
        }

        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task What_fails_before_sending_for_another_reason_says_so()
    {
        var authority = new HttpCyclesAuthority(
            () => throw new ObjectDisposedException("IServiceProvider"),
            new() { BaseUrl = new Uri("http://127.0.0.1:1"), ApiKey = Seam.Key }
        );
        var thrown = await Assert.ThrowsAsync<CyclesTransportException>(async () =>
            await authority.CommitReservationAsync("rsv_1", Seam.Commit)
        );
        Assert.That(
            thrown!.Message,
            Does.StartWith("commitReservation was not sent: the request could not be made (ObjectDisposedException: ")
        );
    }

    [Test]
    public void A_key_is_never_shown()
    {
        var options = new CyclesClientOptions { BaseUrl = new Uri("http://localhost:7878"), ApiKey = "two lines" };
        var thrown = Assert.Throws<ArgumentException>(() => new CyclesClient(options.BaseUrl, "two lines", options));
        Assert.Multiple(() =>
        {
            Assert.That(options.ToString(), Is.EqualTo("CyclesClientOptions { BaseUrl = http://localhost:7878/ }"));
            Assert.That(thrown!.Message, Does.Contain("CyclesClientOptions.ApiKey").And.Not.Contain("two lines"));
        });
    }
}
