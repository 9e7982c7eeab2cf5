using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Cycles.Client.Tests;

/// <summary>What counts as nobody answering, so that work may run without a hold where the client is told so.</summary>
public sealed class OpenConnectionTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");

    [TestCase("nobody listens")]
    [TestCase("no such host")]
    [TestCase("reset at once")]
    [TestCase("reset after the request")]
    [TestCase("closed after the request")]
    [TestCase("hangs")]
    public async Task Work_runs_where_the_connection_fails(string how)
    {
        await using var server = how switch
        {
            "reset at once" => RawServer.ResetsAtOnce(),
            "reset after the request" => RawServer.ResetsAfterTheRequest(),
            "closed after the request" => RawServer.Sends(""),
            _ => RawServer.Hangs(),
        };
        var url = how switch
        {
            "nobody listens" => new Uri("http://127.0.0.1:1"),
            "no such host" => new Uri("http://cycles.invalid"),
            _ => server.Url,
        };
        await using var client = new CyclesClient(url, "key", Options(TimeSpan.FromMilliseconds(500)));

        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(100));

        Assert.That(guard.ReservationId, Is.Null);
        await guard.ReleaseAsync();
    }

    private static IEnumerable<Exception> Wrapped()
    {
        yield return new HttpRequestException("Sending failed.", new SocketException((int)SocketError.ConnectionReset));
        yield return new HttpRequestException(
            "The gateway says:",
            new HttpRequestException(HttpRequestError.ConnectionError)
        );
        yield return new TimeoutRejectedException("The application's own pipeline gave up.");
        yield return new BrokenCircuitException("Open.", new HttpRequestException(HttpRequestError.ConnectionError));
    }

    [TestCaseSource(nameof(Wrapped))]
    public async Task It_runs_whatever_a_handler_of_the_application_makes_of_that(Exception failure)
    {
        await using var provider = Provide(new Uri("http://127.0.0.1:1"), (_, _) => throw failure);
        var client = provider.GetRequiredService<CyclesClient>();

        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(100));

        Assert.That(guard.ReservationId, Is.Null);
        await guard.ReleaseAsync();
    }

    private static IEnumerable<TestCaseData> BadAnswers()
    {
        yield return new TestCaseData("HTTP/1.1 409 Conflict\r\nthis is no header\r\n\r\n").SetArgDisplayNames(
            "no header"
        );
        yield return new TestCaseData(
            $"HTTP/1.1 403 Forbidden\r\nX: {new string('x', 70_000)}\r\n\r\n{{}}"
        ).SetArgDisplayNames("a header too long");
        yield return new TestCaseData("HTTP/1.1 999999 Nope\r\n\r\n").SetArgDisplayNames("no status");
        yield return new TestCaseData("<html>This is no HTTP.</html>\r\n\r\n").SetArgDisplayNames("no HTTP");
    }

    [TestCaseSource(nameof(BadAnswers))]
    public async Task It_does_not_run_where_something_answers_however_badly(string answer)
    {
        await using var server = RawServer.Sends(answer);
        await using var client = new CyclesClient(server.Url, "key", Options(TimeSpan.FromSeconds(20)));

        Assert.That(
            async () => await client.ReserveAsync(Work, Amount.Tokens(100)),
            Throws.InstanceOf<CyclesTransportException>()
        );
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Nor_where_a_handler_of_the_application_is_at_fault(bool copies)
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var provider = Provide(
            server.Url,
            (request, send) =>
                copies
                    // Which a client that asks once for each attempt does not take.
                    ? send(new(request.Method, request.RequestUri) { Content = request.Content })
                    : throw new InvalidOperationException("No token service is configured.")
        );
        var client = provider.GetRequiredService<CyclesClient>();

        Assert.That(
            async () => await client.ReserveAsync(Work, Amount.Tokens(100)),
            Throws.InstanceOf<CyclesTransportException>()
        );
    }

    [TestCase(429)]
    [TestCase(503)]
    public async Task Nor_where_a_pipeline_of_the_application_gives_up_after_a_refusal(int status)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Answer = Answers.Error(status, "INTERNAL_ERROR");
        await using var provider = Provide(
            server.Url,
            async (request, send) =>
            {
                using var refusal = await send(request);
                throw new TimeoutRejectedException("It waited as long as it may for the next attempt.");
            }
        );
        var client = provider.GetRequiredService<CyclesClient>();

        Assert.That(
            async () => await client.ReserveAsync(Work, Amount.Tokens(100)),
            Throws.InstanceOf<CyclesException>()
        );
    }

    [Test]
    public async Task Nor_where_the_client_is_disposed_before_it_asked_twice()
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            Interlocked.Increment(ref requests);
            came.TrySetResult();
            await gate.Task;
            context.Abort();
        });
        var client = new CyclesClient(server.Url, "key", Options(TimeSpan.FromMinutes(1)));
        var reserve = client.ReserveAsync(Work, Amount.Tokens(100)).AsTask();
        await came.Task;

        client.Dispose();
        gate.SetResult();

        Assert.That(
            async () => await reserve,
            Throws.InstanceOf<CyclesTransportException>().Or.InstanceOf<ObjectDisposedException>()
        );
        Assert.That(requests, Is.EqualTo(1));
    }

    private static CyclesClientOptions Options(TimeSpan timeout) =>
        new()
        {
            FailOpen = true,
            Subject = new() { Tenant = "acme" },
            JournalDirectory = TestHome.NewJournal(),
            ConnectTimeout = timeout,
            ReadTimeout = timeout,
        };

    private static ServiceProvider Provide(Uri url, Handle handle)
    {
        var services = new ServiceCollection();
        services
            .AddCyclesClient(options =>
            {
                options.BaseUrl = url;
                options.ApiKey = "key";
                options.FailOpen = true;
                options.Subject = new() { Tenant = "acme" };
                options.JournalDirectory = TestHome.NewJournal();
            })
            .AddHttpMessageHandler(() => new ForeignHandler(handle));
        return services.BuildServiceProvider();
    }

    private delegate Task<HttpResponseMessage> Handle(
        HttpRequestMessage request,
        Func<HttpRequestMessage, Task<HttpResponseMessage>> send
    );

    private sealed class ForeignHandler(Handle handle) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => handle(request, sent => base.SendAsync(sent, cancellationToken));
    }
}
