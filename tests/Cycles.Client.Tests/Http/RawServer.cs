using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cycles.Client.Tests;

/// <summary>A server that speaks bytes, so that it can misbehave in the middle of them.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<NetworkStream, Socket, CancellationToken, Task> _behave;
    private readonly Task _accepting;
    private int _connections;
    private readonly List<Task> _serving = [];

    private RawServer(Func<NetworkStream, Socket, CancellationToken, Task> behave)
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

    /// <summary>Closes each connection with a reset before it has read anything.</summary>
    public static RawServer ResetsAtOnce() => new((_, socket, _) => ResetAsync(socket));

    /// <summary>Reads a request and resets.</summary>
    public static RawServer ResetsAfterTheRequest() =>
        new(
            async (stream, socket, token) =>
            {
                await ReadRequestAsync(stream, token);
                await ResetAsync(socket);
            }
        );

    /// <summary>Reads a request, sends this much, and then nothing more, ever.</summary>
    public static RawServer Hangs(string after = "") =>
        new(
            async (stream, _, token) =>
            {
                await ReadRequestAsync(stream, token);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(after), token);

                // Until the client gives the connection up.
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, token);
            }
        );

    /// <summary>Reads a request, sends this, and closes the connection in good order.</summary>
    public static RawServer Sends(string answer) => Sends(Encoding.UTF8.GetBytes(answer));

    public static RawServer Sends(byte[] answer) =>
        new(
            async (stream, _, token) =>
            {
                await ReadRequestAsync(stream, token);
                await stream.WriteAsync(answer, token);
            }
        );

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
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
            await _behave(stream, socket, _end.Token);
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
    private static async Task ReadRequestAsync(NetworkStream stream, CancellationToken token)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, token);
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var end = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0 || (end >= 0 && text.Length - end - 4 >= Announced(text.ToString())))
            {
                return;
            }
        }
    }

    private static int Announced(string request)
    {
        const string Name = "Content-Length: ";
        var at = request.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0
            ? 0
            : int.Parse(
                request[(at + Name.Length)..].Split('\r')[0],
                System.Globalization.CultureInfo.InvariantCulture
            );
    }
}
