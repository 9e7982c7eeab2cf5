using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cycles.Client.Tests;

/// <summary>A server that speaks bytes, so that it can misbehave in the middle of them.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<RawServer, NetworkStream, Socket, CancellationToken, Task> _behave;
    private readonly Task _accepting;
    private readonly SemaphoreSlim _hanging = new(0);
    private int _connections;
    private readonly List<Task> _serving = [];
    private readonly ConcurrentQueue<WireRequest> _requests = new();

    private RawServer(Func<RawServer, NetworkStream, Socket, CancellationToken, Task> behave)
    {
        _behave = behave;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}");

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Completes when no connection that there was is open any more.</summary>
    public Task WhenAllClosed()
    {
        lock (_serving)
        {
            return Task.WhenAll(_serving);
        }
    }

    /// <summary>Completes when so many more requests hang.</summary>
    public async Task WhenHanging(int requests)
    {
        for (; requests > 0; requests--)
        {
            Assert.That(await _hanging.WaitAsync(TimeSpan.FromSeconds(60)), "a request hangs");
        }
    }

    /// <summary>Closes each connection with a reset before it has read anything.</summary>
    public static RawServer ResetsAtOnce() => new((_, _, socket, _) => ResetAsync(socket));

    /// <summary>Reads a request and resets.</summary>
    public static RawServer ResetsAfterTheRequest() =>
        new(
            async (server, stream, socket, token) =>
            {
                await server.ReadRequestAsync(stream, token);
                await ResetAsync(socket);
            }
        );

    /// <summary>Reads a request, sends this much, and then nothing more, ever.</summary>
    public static RawServer Hangs(string after = "") =>
        new(
            async (server, stream, _, token) =>
            {
                await server.ReadRequestAsync(stream, token);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(after), token);
                server._hanging.Release();

                // Until the client gives the connection up.
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, token);
            }
        );

    /// <summary>Reads a request, sends this, and closes the connection in good order.</summary>
    public static RawServer Sends(string answer) => Sends(Encoding.UTF8.GetBytes(answer));

    public static RawServer Sends(byte[] answer) =>
        new(
            async (server, stream, _, token) =>
            {
                await server.ReadRequestAsync(stream, token);
                await stream.WriteAsync(answer, token);
            }
        );

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
        _hanging.Dispose();
        Assert.That(_requests.Select(WireCheck.Problem), Is.All.Null, "every request is as the protocol has it");
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                lock (_serving)
                {
                    _serving.Add(ServeAsync(socket));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await WhenAllClosed();
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await _behave(this, stream, socket, _end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The other side went away, or the test is over.
        }
    }

    private static Task ResetAsync(Socket socket)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Close();
        return Task.CompletedTask;
    }

    /// <summary>Headers, and as many bytes as they announce.</summary>
    private async Task ReadRequestAsync(NetworkStream stream, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, token);
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            if (read == 0)
            {
                return;
            }

            if (Parse(text.ToString()) is { } request)
            {
                _requests.Enqueue(request);
                return;
            }
        }
    }

    /// <returns>Null while something is missing.</returns>
    private static WireRequest? Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var lines = text[..end].Split("\r\n");
        var headers = lines
            .Skip(1)
            .Select(line => line.Split(": ", 2))
            .ToLookup(header => header[0], header => header[1], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(header => header.Key, header => header.ToArray(), StringComparer.OrdinalIgnoreCase);
        var body = text[(end + 4)..];
        return
            headers.TryGetValue("Content-Length", out var length)
            && body.Length < int.Parse(length[0], CultureInfo.InvariantCulture)
            ? null
            : new WireRequest(lines[0].Split(' ')[0], lines[0].Split(' ')[1], headers, Encoding.Latin1.GetBytes(body));
    }
}
