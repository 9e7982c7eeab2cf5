using System.Security.Cryptography;
using System.Text;

namespace Cycles.Authority;

/// <summary>The SHA-256 of a key, which is all that is kept of it. Two are compared in constant time.</summary>
internal readonly struct KeyDigest : IEquatable<KeyDigest>
{
    public const int MostCharacters = 256;

    private readonly byte[] _bytes;

    private KeyDigest(byte[] bytes) => _bytes = bytes;

    public static KeyDigest Of(string key) => new(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>A key has to fit into a header. The message does not repeat it.</summary>
    public static void RequireKey(string key, string parameter)
    {
        ArgumentNullException.ThrowIfNull(key, parameter);
        if (key.Length is 0 or > MostCharacters || key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException(
                $"A key must be 1 to {MostCharacters} visible ASCII characters without blanks.",
                parameter
            );
        }
    }

    public bool Equals(KeyDigest other) => CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    public override bool Equals(object? obj) => obj is KeyDigest other && Equals(other);

    /// <summary>What its timing tells of a digest says nothing of the key.</summary>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes, 0);
}
