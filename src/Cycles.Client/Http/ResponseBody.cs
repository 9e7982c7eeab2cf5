using System.Buffers;

namespace Cycles;

/// <summary>A body, read to its end and bounded. Disposing gives its memory back.</summary>
internal struct ResponseBody : IDisposable
{
    /// <summary>No answer of the protocol comes near it: 200 reservations with all their metadata.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const int FirstBuffer = 4 * 1024;

    private byte[]? _buffer;
    private int _length;

    /// <summary>What was read, without a byte order mark.</summary>
    public readonly Span<byte> Bytes
    {
        get
        {
            var bytes = _buffer.AsSpan(0, _length);
            return bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
    }

    /// <exception cref="InvalidDataException">It is longer than <see cref="MaxBytes"/>, or not what its encoding says.</exception>
    /// <exception cref="IOException">It broke off.</exception>
    public static async ValueTask<ResponseBody> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var announced = content.Headers.ContentLength;
        ThrowIfTooLong(announced ?? 0);
        var body = new ResponseBody { _buffer = ArrayPool<byte>.Shared.Rent((int)(announced ?? FirstBuffer) + 1) };
        try
        {
            // Whoever disposes the content disposes its stream.
            var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                body.MakeRoom();
                var read = await stream
                    .ReadAsync(body._buffer.AsMemory(body._length), cancellationToken)
                    .ConfigureAwait(false);
                if (read == 0)
                {
                    return body;
                }

                body._length += read;
                ThrowIfTooLong(body._length);
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _length = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void MakeRoom()
    {
        if (_length < _buffer!.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private static void ThrowIfTooLong(long length)
    {
        if (length > MaxBytes)
        {
            throw new InvalidDataException($"The body is longer than {MaxBytes} bytes.");
        }
    }
}
