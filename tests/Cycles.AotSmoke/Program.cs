using System.Net;
using System.Text;
using Cycles;
using Cycles.Authority;
using Microsoft.Extensions.DependencyInjection;

// Published with native AOT and run by .ci/run: what trimming would break in an application breaks here first.
var work = new CyclesAction("llm.completion", "gpt-4o");

// In the process.
var authority = new EmbeddedAuthority();
authority.Administer("acme").Budget("tenant:acme", Amount.Tokens(10));
await using (var cycles = new CyclesClient(authority.ForTenant("acme")))
{
    await UseAsync(cycles);
}

// Over HTTP, without a container and with one.
using var server = new TinyServer();
var journal = Directory.CreateTempSubdirectory("cycles-aot-");
await using (
    var cycles = new CyclesClient(
        server.Url,
        "key",
        new()
        {
            Subject = new() { Tenant = "acme" },
            JournalDirectory = journal.FullName,
        }
    )
)
{
    await UseAsync(cycles);
}

var services = new ServiceCollection();
services.AddCyclesClient(options =>
{
    options.BaseUrl = server.Url;
    options.ApiKey = "key";
    options.Subject = new() { Tenant = "acme" };
    options.JournalDirectory = journal.FullName;
});
await using (var provider = services.BuildServiceProvider())
{
    await UseAsync(provider.GetRequiredService<CyclesClient>());
}

var folders = Directory.GetDirectories(journal.FullName);
Expect(
    folders.Length == 1 && Directory.GetFiles(folders[0], "*.json").Length == 0,
    "the journal was written and is empty"
);
journal.Delete(recursive: true);
Console.WriteLine("aot ok");

async Task UseAsync(CyclesClient cycles)
{
    await using (var guard = await cycles.ReserveAsync(work, Amount.Tokens(8)))
    {
        var settlement = await guard.CommitAsync(Amount.Tokens(7));
        Expect(settlement.Outcome == SettlementOutcome.Committed && settlement.Charged == Amount.Tokens(7), "commit");
    }

    var denial = (await cycles.TryReserveAsync(work, Amount.Tokens(8))).Denial;
    Expect(denial?.ReasonCode == ReasonCode.BudgetExceeded, "denial");
}

static void Expect(bool holds, string what)
{
    if (!holds)
    {
        throw new InvalidOperationException($"{what} went wrong");
    }
}

/// <summary>Allows a first reserve, takes its commit, and denies what follows, again and again.</summary>
internal sealed class TinyServer : IDisposable
{
    private readonly HttpListener _listener;
    private bool _spent;

    public TinyServer()
    {
        for (var port = 20_000; ; port++)
        {
            // One that failed to start cannot be used again.
            _listener = new HttpListener();
            Url = new Uri($"http://127.0.0.1:{port}/");
            _listener.Prefixes.Add(Url.ToString());
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException)
            {
                // Somebody else's port.
                _listener.Close();
            }
        }

        _ = ServeAsync();
    }

    public Uri Url { get; } = null!;

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            var context = await _listener.GetContextAsync();
            var (status, body) = Answer(context.Request.Url!.AbsolutePath);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }

    private (int Status, string Body) Answer(string path)
    {
        if (path.EndsWith("/commit", StringComparison.Ordinal))
        {
            _spent = true;
            return (200, """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":7}}""");
        }

        if (_spent)
        {
            _spent = false;
            return (409, """{"error":"BUDGET_EXCEEDED","message":"1 is left","request_id":"req_1"}""");
        }

        return (
            200,
            """{"decision":"ALLOW","reservation_id":"rsv_1","affected_scopes":["tenant:acme"],"remaining_ttl_ms":60000}"""
        );
    }
}
