using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>
/// Connections that misbehave. Whatever happens, the outcome is unknown where it is unknown, a status that came counts,
/// nothing hangs, and no exception is left behind unseen.
/// </summary>
[NonParallelizable] // Unobserved exceptions are the process's.
public sealed class FaultTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _answered = new(0);
    private readonly List<Exception> _unobserved = [];

    /// <summary>What other tests left behind is theirs.</summary>
    [OneTimeSetUp]
    public static void CollectBefore() => Collect();

    [SetUp]
    public void Listen() => TaskScheduler.UnobservedTaskException += Keep;

    [TearDown]
    public void Nothing_is_left_behind()
    {
        _answered.Dispose();
        Collect();
        TaskScheduler.UnobservedTaskException -= Keep;
        Assert.That(_unobserved, Is.Empty);
    }

    [Test]
    public async Task Refused_connection()
    {
        // Nobody listens, and nobody else can have the port.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await AssertUnknownAsync(new Uri($"http://{socket.LocalEndPoint}"), "no answer came (", status: null);
    }

    [Test]
    public async Task Reset_before_the_request_is_read()
    {
        await using var server = RawServer.ResetsAtOnce();
        await AssertUnknownAsync(server.Url, "no answer came (", status: null);
    }

    [Test]
    public async Task Reset_after_the_request_is_read()
    {
        await using var server = RawServer.ResetsAfterTheRequest();
        await AssertUnknownAsync(server.Url, "no answer came (", status: null);
        Assert.That(server.Connections, Is.EqualTo(Seam.Posts.Count), "each was sent once");
    }

    [TestCase("")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-")]
    public async Task Hang_before_the_answer(string after)
    {
        await using var server = RawServer.Hangs(after);
        using var seam = OpenWatched(server.Url);
        var unknown = AssertUnknownAsync(seam.Authority, "no answer came within 60 s", status: null);
        await server.WhenHanging(Seam.Posts.Count);
        _clock.Advance(Seam.Deadline);
        await unknown;
        await server.WhenAllClosed().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [TestCase("Content-Length: 500\r\n\r\n{\"status\":")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"sta")]
    public async Task Hang_within_the_body(string rest)
    {
        await using var server = RawServer.Hangs(Head + rest);
        using var seam = OpenWatched(server.Url);
        var unknown = AssertUnknownAsync(seam.Authority, "the body did not end within 60 s", status: 200);
        await WhenAnswered(Posts(status: 200).Count());
        _clock.Advance(Seam.Deadline);
        await unknown;
        await server.WhenAllClosed().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [TestCase("Content-Length: 500\r\n\r\n{\"status\":")]
    [TestCase("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"sta")]
    public async Task Truncated_body(string rest)
    {
        await using var server = RawServer.Sends(Head + rest);
        await AssertUnknownAsync(server.Url, "the body could not be read (", status: 200);
    }

    [Test]
    public async Task Nonsense_instead_of_HTTP()
    {
        await using var server = RawServer.Sends("220 mail.example.com ESMTP\r\n\r\n");
        await AssertUnknownAsync(server.Url, "no answer came (", status: null);
    }

    [Test]
    public async Task Body_of_five_megabytes_announced_or_not()
    {
        var huge = "{\"status\":\"" + new string('x', 5 * 1024 * 1024) + "\"}";
        await using (var server = RawServer.Sends($"{Head}Content-Length: {huge.Length}\r\n\r\n{huge}"))
        {
            await AssertUnknownAsync(server.Url, "longer than 4194304 bytes", status: 200);
        }

        await using (var server = RawServer.Sends($"{Head}Connection: close\r\n\r\n{huge}"))
        {
            await AssertUnknownAsync(server.Url, "longer than 4194304 bytes", status: 200);
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Wrong_gzip(bool decompresses)
    {
        var body = Encoding.UTF8.GetBytes(Answers.Commit);
        await using var server = RawServer.Sends([
            .. Encoding.UTF8.GetBytes(
                $"{Head}Content-Encoding: gzip\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
            ),
            .. body,
        ]);

        // An application may have chosen a handler that decompresses.
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                AutomaticDecompression = decompresses ? DecompressionMethods.All : DecompressionMethods.None,
                AllowAutoRedirect = false,
            }
        );
        var authority = new HttpCyclesAuthority(
            () => http,
            new CyclesClientOptions { BaseUrl = server.Url, ApiKey = Seam.Key }
        );
        if (decompresses)
        {
            await AssertUnknownAsync(authority, "the body could not be read (", status: 200);
        }
        else
        {
            // Nobody asked for gzip, and plain JSON is what came.
            var response = await authority.CommitReservationAsync("rsv_1", Seam.Commit);
            Assert.That(response.Value!.Charged, Is.EqualTo(Amount.Tokens(7)));
        }
    }

    [Test]
    public async Task Gzip_that_nobody_asked_for()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Answers.Commit));
        }

        var body = packed.ToArray();
        await using var server = RawServer.Sends([
            .. Encoding.UTF8.GetBytes(
                $"{Head}Content-Encoding: gzip\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"
            ),
            .. body,
        ]);
        await AssertUnknownAsync(server.Url, "not valid", status: 200);
    }

    [TestCase("text/html; charset=utf-8", "")]
    [TestCase("application/octet-stream", "\uFEFF")]
    public async Task A_valid_body_of_the_wrong_type_is_what_it_is(string type, string mark)
    {
        var body = mark + Answers.Commit;
        var length = Encoding.UTF8.GetByteCount(body);
        await using var server = RawServer.Sends(
            $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        using var seam = Seam.Open(server.Url);
        var response = await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit);
        Assert.That(response.Value!.Charged, Is.EqualTo(Amount.Tokens(7)));
    }

    [TestCase("Content-Length: 500\r\n\r\n{", false)]
    [TestCase("Content-Length: 500\r\n\r\n{", true)]
    [TestCase("Content-Length: 5000000\r\n\r\n", true)]
    public async Task A_refusal_counts_although_its_body_breaks_off_or_hangs(string rest, bool hangs)
    {
        var head = "HTTP/1.1 409 Conflict\r\nRetry-After: 3\r\nX-Request-Id: req_1\r\n";
        await using var server = hangs ? RawServer.Hangs(head + rest) : RawServer.Sends(head + rest);
        using var seam = OpenWatched(server.Url);
        var answers = Task.WhenAll(Seam.Posts.Select(post => post.Send(seam.Authority, default)));
        await WhenAnswered(Seam.Posts.Count);
        _clock.Advance(hangs ? Seam.Deadline : TimeSpan.Zero);
        foreach (var answer in await answers)
        {
            Assert.Multiple(() =>
            {
                Assert.That(answer.Error!.Status, Is.EqualTo(409));
                Assert.That(answer.Error.RawCode, Is.Null);
                Assert.That(answer.Error.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(3)));
                Assert.That(answer.Error.RequestId, Is.EqualTo("req_1"));
            });
        }
    }

    [TestCase("")]
    [TestCase(Head + "Content-Length: 500\r\n\r\n{")]
    [TestCase("HTTP/1.1 409 Conflict\r\nContent-Length: 500\r\n\r\n{")]
    public async Task The_callers_cancellation_is_a_cancellation(string after)
    {
        await using var server = RawServer.Hangs(after);
        using var seam = Seam.Open(server.Url);
        foreach (var (_, send) in Posts(status: 200).Concat(Seam.Gets))
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            var thrown = await Assert.ThrowsAsync<OperationCanceledException>(() => send(seam.Authority, source.Token));
            Assert.That(thrown!.CancellationToken, Is.EqualTo(source.Token));
        }

        await server.WhenAllClosed().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task What_is_cancelled_before_is_not_sent()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAsync<OperationCanceledException>(() => Seam.Posts[0].Send(seam.Authority, cancelled));
        Assert.That(server.Requests, Is.Empty);
    }

    [Test]
    public async Task Connections_are_reused_by_good_and_by_refused_calls()
    {
        var ports = new HashSet<int>();
        var status = 200;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            lock (ports)
            {
                ports.Add(context.Connection.RemotePort);
            }

            return (status == 200 ? Answers.Json(200, Answers.Commit) : Answers.Error(status, "NOT_FOUND"))(context);
        });
        using var seam = Seam.Open(server.Url);
        for (var i = 0; i < 20; i++)
        {
            status = i % 2 == 0 ? 200 : 404;
            await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit);
        }

        Assert.That(ports, Has.Count.EqualTo(1));
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    /// <summary>Its clock stands still until the test moves it, once it knows how far the answers are.</summary>
    private HttpSeam OpenWatched(Uri url)
    {
        var options = Seam.Options(url);
        options.TimeProvider = _clock;
        var sockets = new SocketsHttpHandler();
        HttpHandlers.Configure(sockets, options);
        return new HttpSeam(
            new HttpMessageInvoker(new AnsweredHandler(HttpHandlers.RepeatReads(sockets), _answered)),
            options
        );
    }

    /// <summary>Completes when the headers of so many more answers are there.</summary>
    private async Task WhenAnswered(int answers)
    {
        for (; answers > 0; answers--)
        {
            Assert.That(await _answered.WaitAsync(TimeSpan.FromSeconds(60)), "an answer begins");
        }
    }

    private static async Task AssertUnknownAsync(Uri url, string why, int? status)
    {
        using var seam = Seam.Open(url);
        await AssertUnknownAsync(seam.Authority, why, status);
    }

    private static async Task AssertUnknownAsync(ICyclesAuthority authority, string why, int? status)
    {
        // Side by side, because some of them run into the deadline.
        var outcomes = await Task.WhenAll(
            Posts(status)
                .Select(async post => (post.Name, Thrown: await ThrownByAsync(() => post.Send(authority, default))))
        );
        Assert.Multiple(() =>
        {
            foreach (var (name, thrown) in outcomes)
            {
                Assert.That(thrown, Is.TypeOf<CyclesTransportException>(), name);
                Assert.That(thrown!.Message, Does.StartWith($"The outcome of {name} is unknown: ").And.Contain(why));
                Assert.That(((CyclesTransportException)thrown).Status, Is.EqualTo(status));
                Assert.That(thrown.ToString(), Does.Not.Contain(Seam.Key));
            }
        });
    }

    private static async Task<Exception?> ThrownByAsync(Func<Task<Answer>> send)
    {
        try
        {
            await send();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>An event's success is another one, so a 200 says nothing new about its body.</summary>
    private static IEnumerable<(string Name, Func<ICyclesAuthority, CancellationToken, Task<Answer>> Send)> Posts(
        int? status
    ) => Seam.Posts.Where(post => status is null || post.Name != "createEvent");

    private void Keep(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        lock (_unobserved)
        {
            _unobserved.Add(e.Exception);
        }

        e.SetObserved();
    }

    private sealed class AnsweredHandler(HttpMessageHandler inner, SemaphoreSlim answered) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var response = await base.SendAsync(request, cancellationToken);
            answered.Release();
            return response;
        }
    }
}
