using System.Security.Cryptography;

namespace Cycles;

/// <summary>Makes idempotency keys: random version 4 UUIDs, in lower case.</summary>
/// <remarks>Asking the system for 16 random bytes costs more than 256 keys' share of asking for 4,096 at once.</remarks>
internal static class IdempotencyKeys
{
    private const int KeyLength = 16;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    public static string New()
    {
        var random = _random ??= new byte[256 * KeyLength];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = random.Length;
        }

        _left -= KeyLength;
        var bytes = random.AsSpan(_left, KeyLength);

        // RFC 9562: version 4 and its variant, where Guid's byte order has them.
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes).ToString("D");
    }
}
