using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>The sample server as a process of its own.</summary>
public sealed class ServerTests
{
    /// <summary>Far more than it takes; a server that hangs is to fail, not to stop everything.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Test]
    public async Task It_says_what_it_serves_in_a_line_that_works_and_ends_on_SIGTERM()
    {
        using var server = Start(
            "--urls",
            "http://127.0.0.1:0",
            "--api-key",
            "cyc_one",
            "--tenant",
            "acme",
            "--api-key",
            "cyc_two",
            "--tenant",
            "Globex",
            "--budget",
            "tenant:acme=1000000 USD_MICROCENTS",
            "--budget",
            "tenant:globex/agent:bot=500 TOKENS",
            "--admin-key",
            "admin_local"
        );
        using var deadline = new CancellationTokenSource(Patience);
        var printed = new List<string>();
        do
        {
            printed.Add(await server.StandardOutput.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException());
        } while (!printed[^1].StartsWith("Stop it", StringComparison.Ordinal));

        var curl = printed.Single(line => line.TrimStart().StartsWith("curl ", StringComparison.Ordinal)).Split('\'');
        using var http = new HttpClient();
        var address = new Uri(curl[3]);
        var balances = await AskAsync(http, address, ("X-Cycles-API-Key", curl[1].Split(": ")[1]));
        Assert.That(
            balances.GetProperty("balances")[0].GetProperty("remaining").GetProperty("amount").GetInt64(),
            Is.EqualTo(1_000_000)
        );
        var other = await AskAsync(http, new Uri(address, "/v1/balances?agent=bot"), ("X-Cycles-API-Key", "cyc_two"));
        Assert.That(other.GetProperty("balances").GetArrayLength(), Is.EqualTo(1));
        var list = await AskAsync(
            http,
            new Uri(address, "/v1/reservations?tenant=acme"),
            ("X-Admin-API-Key", "admin_local")
        );
        Assert.That(list.GetProperty("reservations").GetArrayLength(), Is.Zero);

        Assert.That(SendSignal(server.Id, 15), Is.Zero);
        await server.WaitForExitAsync(deadline.Token);

        Assert.That(server.ExitCode, Is.Zero);
        Assert.That(await server.StandardOutput.ReadToEndAsync(deadline.Token), Is.EqualTo("Stopped.\n"));
        Assert.That(await server.StandardError.ReadToEndAsync(deadline.Token), Is.Empty);
    }

    [Test]
    public async Task Help_lists_the_options()
    {
        var (code, output, _) = await RunAsync("--help");

        Assert.That(code, Is.Zero);
        string[] options = ["--urls", "--api-key", "--tenant", "--budget", "--admin-key", "--help"];
        Assert.That(options.Where(option => !output.Contains(option, StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("There is no option '--port'", "--port", "1")]
    [TestCase("--urls needs a value", "--urls")]
    [TestCase("--urls must be such as http://127.0.0.1:7878", "--urls", "7878")]
    [TestCase("--urls must be such as http://127.0.0.1:7878", "--urls", "http://127.0.0.1:7878/path")]
    [TestCase("--urls must be such as http://127.0.0.1:7878", "--urls", "http://unix:/tmp/x.sock")]
    [TestCase("--urls must be such as http://127.0.0.1:7878", "--urls", "http://127.0.0.1:99999")]
    [TestCase("--urls must be such as http://127.0.0.1:7878", "--urls", "https://127.0.0.1:7878")]
    [TestCase("--api-key and --tenant must be given equally often", "--api-key", "x")]
    [TestCase("--api-key must be 1 to 256 visible ASCII characters", "--api-key", "a b", "--tenant", "acme")]
    [TestCase(
        "Each --api-key must be given once",
        "--api-key",
        "x",
        "--tenant",
        "a",
        "--api-key",
        "x",
        "--tenant",
        "b"
    )]
    [TestCase("--tenant must be 1 to 128 characters", "--api-key", "x", "--tenant", "a/b")]
    [TestCase("--budget must be such as 'tenant:acme/agent:bot=1000000 USD_MICROCENTS'", "--budget", "tenant:acme")]
    [TestCase("--budget must be such as", "--budget", "tenant:acme=-1 TOKENS")]
    [TestCase("--budget must be such as", "--budget", "tenant:acme=1 EUR")]
    [TestCase("--budget must be such as", "--budget", "agent:bot=1 TOKENS")]
    [TestCase("must lie in the scope of a --tenant: acme", "--budget", "tenant:globex=1 TOKENS")]
    [TestCase("--budget tenant:acme/bot: ", "--budget", "tenant:acme/bot=1 TOKENS")]
    [TestCase(
        "has a budget in this unit already",
        "--budget",
        "tenant:acme=1 TOKENS",
        "--budget",
        "tenant:acme=2 TOKENS"
    )]
    public async Task A_bad_option_says_what_was_expected(string expected, params string[] arguments)
    {
        var (code, output, error) = await RunAsync(arguments);

        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain(expected).And.EndWith("Try --help.\n"));
    }

    [TestCase("http://127.0.0.1:{taken}", Description = "taken")]
    [TestCase("http://192.0.2.1:7878", Description = "not of this machine")]
    [TestCase("http://127.0.0.1:0;http://192.0.2.1:7878")]
    public async Task An_address_that_is_not_to_be_had_is_told_in_one_line(string urls)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        urls = urls.Replace("{taken}", $"{((IPEndPoint)other.LocalEndpoint).Port}", StringComparison.Ordinal);

        var (code, output, error) = await RunAsync("--urls", urls);

        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.Match($@"^Cannot listen on {Regex.Escape(urls)}: .+\n\z"));
    }

    private static async Task<JsonElement> AskAsync(HttpClient http, Uri address, (string Name, string Value) key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add(key.Name, key.Value);
        using var response = await http.SendAsync(request);
        return JsonElement.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var server = Start(arguments);
        using var deadline = new CancellationTokenSource(Patience);
        var output = server.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = server.StandardError.ReadToEndAsync(deadline.Token);
        await server.WaitForExitAsync(deadline.Token);
        return (server.ExitCode, await output, await error);
    }

    private static Process Start(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "AuthorityServer.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    /// <summary>What an orchestrator sends; .NET itself can only kill.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
