using System.Net;
using System.Net.Sockets;

namespace Cycles.Client.Tests;

/// <summary>An address before a server that passes bytes on, can refuse and reset, and knows what is still open.</summary>
internal sealed class LedgerFront : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly List<(Socket Socket, Task Serving)> _connections = [];
    private Socket _listener = Bound(port: 0);
    private Task _accepting;
    private int _resets;

    public LedgerFront(Uri server)
    {
        _server = server;
        Url = new Uri($"http://{_listener.LocalEndPoint}");
        _accepting = Listen();
    }

    public Uri Url { get; }

    /// <summary>Whether a reset that was asked for has happened.</summary>
    public bool HasReset => Volatile.Read(ref _resets) == 0;

    /// <summary>Completes when no connection that there was is open any more.</summary>
    public Task WhenAllClosed()
    {
        lock (_connections)
        {
            return Task.WhenAll(_connections.Select(connection => connection.Serving));
        }
    }

    /// <summary>Ends the connections that there are, and resets the next one.</summary>
    public Task ResetNextAsync()
    {
        Volatile.Write(ref _resets, 1);
        return CutAsync();
    }

    /// <summary>Ends the connections that there are and refuses new ones, but keeps the address.</summary>
    public async Task RefuseAsync()
    {
        _listener.Dispose();
        await _accepting;
        await CutAsync();
        _listener = Bound(Url.Port);
    }

    /// <summary>Accepts again.</summary>
    public void Accept() => _accepting = Listen();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        await CutAsync();
    }

    private static Socket Bound(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            socket.Close();
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // It ended by itself.
        }
    }

    private Task CutAsync()
    {
        lock (_connections)
        {
            _connections.ForEach(connection => Reset(connection.Socket));
        }

        return WhenAllClosed();
    }

    private Task Listen()
    {
        _listener.Listen();
        return AcceptAsync(_listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync();
                if (Interlocked.Exchange(ref _resets, 0) == 1)
                {
                    Reset(socket);
                    continue;
                }

                lock (_connections)
                {
                    _connections.Add((socket, ServeAsync(socket)));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It listens no more.
        }
    }

    /// <summary>Whichever side ends, the other one ends in the same way.</summary>
    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await server.ConnectAsync(_server.Host, _server.Port);
            var there = PassAsync(client, server);
            var back = PassAsync(server, client);
            await Task.WhenAll(there, back);
        }
        catch (SocketException)
        {
            // Nobody is there.
        }
        finally
        {
            client.Dispose();
        }
    }

    private static async Task PassAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var read and > 0)
            {
                for (var sent = 0; sent < read; )
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Reset(from);
            Reset(to);
        }
    }
}
