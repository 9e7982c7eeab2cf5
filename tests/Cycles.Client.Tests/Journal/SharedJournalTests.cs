using System.Text;

namespace Cycles.Client.Tests;

/// <summary>Over HTTP, with files: what reaches the wire, whatever wrote it down.</summary>
public sealed class SharedJournalTests
{
    private string _base = null!;
    private ScriptedServer _server = null!;

    [SetUp]
    public async Task Start()
    {
        _base = Directory.CreateTempSubdirectory("cycles journal ü ").FullName;
        _server = await ScriptedServer.StartAsync();
    }

    [TearDown]
    public async Task End()
    {
        await _server.DisposeAsync();
        Directory.Delete(_base, recursive: true);
    }

    [Test]
    public async Task A_record_of_another_SDK_is_sent_byte_for_byte()
    {
        Put("rsv_1", JournalRecords.Json(server: Url));
        await using var client = Open();
        var flush = await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.Multiple(() =>
        {
            Assert.That(flush.Replayed, Is.EqualTo(1));
            Assert.That(_server.Request.Target, Does.EndWith("/v1/reservations/rsv_1/commit"));
            Assert.That(Encoding.UTF8.GetString(_server.Request.Body), Is.EqualTo(JournalRecords.CommitBody));
            Assert.That(_server.Request.Header("X-Idempotency-Key"), Is.EqualTo("k-1"));
            Assert.That(Files, Is.Empty);
        });
    }

    [Test]
    public async Task Its_event_too()
    {
        Put("rsv_1", JournalRecords.Json(server: Url, mode: "event"));
        await using var client = Open();
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.Multiple(() =>
        {
            Assert.That(_server.Request.Target, Does.EndWith("/v1/events"));
            Assert.That(Encoding.UTF8.GetString(_server.Request.Body), Is.EqualTo(JournalRecords.EventBody));
            Assert.That(Files, Is.Empty);
        });
    }

    [Test]
    public async Task What_is_on_disk_is_what_is_sent_and_never_the_key()
    {
        _server.Answer = context =>
            context.Request.Path.Value!.EndsWith("/commit", StringComparison.Ordinal)
                ? Answers.Error(503, "INTERNAL_ERROR")(context)
                : Answers.Valid(context);
        await using (var client = Open())
        {
            await using var guard = await client.ReserveAsync(new("llm.completion", "gpt-4o"), Amount.Tokens(10));
            Assert.That((await guard.CommitAsync(Amount.Tokens(7))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
            client.Dispose();
        }

        var text = await File.ReadAllTextAsync(Files.Single());
        var record = JournalRecord.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain(Seam.Key));
            Assert.That(record.BaseUrl, Is.EqualTo(Url));
            Assert.That(
                JournalRecords.Text(record.CommitBody),
                Is.EqualTo(Encoding.UTF8.GetString(_server.Requests[^1].Body))
            );
            Assert.That(
                JournalRecords.Text(record.EventFallbackBody),
                Does.Contain("\"recovered_reservation_id\":\"" + record.ReservationId + "\"")
            );
        });
    }

    [Test]
    public async Task A_tenants_records_outlive_its_key()
    {
        Put("rsv_1", JournalRecords.Json(server: Url));
        _server.Answer = context =>
            context.Request.Headers["X-Cycles-API-Key"] == "new-key"
                ? Answers.Valid(context)
                : Answers.Error(401, "UNAUTHORIZED")(context);
        await using (var client = Open(key: "old-key"))
        {
            await EventuallyAsync(() => _server.Requests.Count > 0);
            client.Dispose();
        }

        await using var other = Open(key: "new-key");
        Assert.That((await other.FlushAsync(Timeout.InfiniteTimeSpan)).Replayed, Is.EqualTo(1));
        Assert.That(_server.Requests[^1].Header("X-Cycles-API-Key"), Is.EqualTo("new-key"));
    }

    [Test]
    public async Task Without_a_tenant_the_key_is_the_identity()
    {
        var folder = Path.Combine(_base, JournalIdentity.OfKey(Url, "k").Name);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, JournalNames.Of("rsv_1")), JournalRecords.Json(server: Url));
        await using var client = new CyclesClient(_server.Url, "k", new() { JournalDirectory = _base });
        Assert.That((await client.FlushAsync(Timeout.InfiniteTimeSpan)).Replayed, Is.EqualTo(1));
    }

    [Test]
    public async Task Each_tenant_has_a_folder_and_a_key_of_its_own()
    {
        Put("rsv_1", JournalRecords.Json(server: Url), "umbrella");
        await using var client = new CyclesClient(
            _server.Url,
            null,
            new()
            {
                Subject = new() { Tenant = "acme" },
                ApiKeyProvider = (tenant, _) => new ValueTask<string>($"key-{tenant}"),
                JournalDirectory = _base,
            }
        );
        Assert.That((await client.FlushAsync(Timeout.InfiniteTimeSpan)).Replayed, Is.Zero);
        client.ForTenant("umbrella");
        Assert.That((await client.FlushAsync(Timeout.InfiniteTimeSpan)).Replayed, Is.EqualTo(1));
        Assert.That(_server.Request.Header("X-Cycles-API-Key"), Is.EqualTo("key-umbrella"));
    }

    [Test]
    public async Task A_commit_that_may_have_arrived_is_not_an_event_while_nobody_says_so()
    {
        Put("rsv_1", JournalRecords.Json(server: Url));
        var commits = 0;
        _server.Answer = context =>
        {
            var isCommit = context.Request.Path.Value!.EndsWith("/commit", StringComparison.Ordinal);
            var tries = isCommit ? Interlocked.Increment(ref commits) : Volatile.Read(ref commits);
            var answer =
                isCommit ? Page(410)
                : context.Request.Method != "GET" ? Answers.Valid
                : tries == 1 ? Page(502)
                : Answers.Json(200, Answers.Get.Replace("\"ACTIVE\"", "\"EXPIRED\"", StringComparison.Ordinal));
            return answer(context);
        };
        await using var client = Open(sweep: TimeSpan.FromMilliseconds(10));
        Assert.That((await client.FlushAsync(Timeout.InfiniteTimeSpan)).Replayed, Is.EqualTo(1));
        Assert.That(commits, Is.EqualTo(2), "it is tried again before it becomes an event");
    }

    [Test]
    public void A_key_that_moves_needs_a_tenant_for_its_journal()
    {
        var options = new CyclesClientOptions { ApiKeyProvider = (_, _) => new ValueTask<string>("k") };
        var refused = Assert.Throws<ArgumentException>(() => _ = new CyclesClient(_server.Url, null, options));
        Assert.That(refused!.Message, Does.Contain("Subject.Tenant is not set").And.Contain("JournalEnabled"));
        options.JournalEnabled = false;
        Assert.DoesNotThrow(() => new CyclesClient(_server.Url, null, options).Dispose());
    }

    [Test]
    public async Task A_journal_that_is_off_leaves_nothing_behind()
    {
        await using var client = new CyclesClient(
            _server.Url,
            Seam.Key,
            new() { JournalEnabled = false, JournalDirectory = _base }
        );
        await client.RecordEventAsync(
            new("llm.completion", "gpt-4o"),
            Amount.Tokens(7),
            new() { Subject = new() { Tenant = "acme" } }
        );
        Assert.That(Directory.EnumerateFileSystemEntries(_base), Is.Empty);
    }

    [Test]
    public async Task A_folder_that_cannot_be_made_costs_no_settlement()
    {
        var file = Path.Combine(_base, "file");
        await File.WriteAllTextAsync(file, "");
        await using var client = new CyclesClient(
            _server.Url,
            Seam.Key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = Path.Combine(file, "journal"),
            }
        );
        await using var guard = await client.ReserveAsync(new("llm.completion", "gpt-4o"), Amount.Tokens(10));
        Assert.That((await guard.CommitAsync(Amount.Tokens(7))).Outcome, Is.EqualTo(SettlementOutcome.Committed));
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Page(int status) =>
        Answers.Body(status, "text/html", "<html></html>");

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 6_000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.That(condition);
    }

    private string Url => _server.Url.OriginalString;

    private string[] Files => Directory.Exists(FolderOf("acme")) ? Directory.GetFiles(FolderOf("acme"), "*.json") : [];

    private string FolderOf(string tenant) => Path.Combine(_base, JournalIdentity.OfTenant(Url, tenant).Name);

    private void Put(string id, string text, string tenant = "acme")
    {
        Directory.CreateDirectory(FolderOf(tenant));
        File.WriteAllText(Path.Combine(FolderOf(tenant), JournalNames.Of(id)), text);
    }

    private CyclesClient Open(string key = Seam.Key, TimeSpan? sweep = null) =>
        new(
            _server.Url,
            key,
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = _base,
                RetryEnabled = false,
                RetryInitialDelay = sweep ?? TimeSpan.FromMilliseconds(500),
                RetryMaxDelay = sweep ?? TimeSpan.FromSeconds(30),
            }
        );
}
