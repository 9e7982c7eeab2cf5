namespace Cycles.Authority;

/// <summary>
/// An idempotency key as it is kept. Most are UUIDs, which fit into 16 bytes where their text takes 96; whatever does
/// not come back letter by letter stays text.
/// </summary>
internal readonly struct ReplayKey : IEquatable<ReplayKey>
{
    private const int UuidLength = 36;

    private readonly string? _text;
    private readonly Guid _uuid;

    public ReplayKey(string key)
    {
        if (key.Length == UuidLength && Guid.TryParseExact(key, "D", out var uuid) && IsSpelledAs(uuid, key))
        {
            _uuid = uuid;
            return;
        }

        _text = key;
    }

    public bool Equals(ReplayKey other) =>
        _uuid == other._uuid && string.Equals(_text, other._text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is ReplayKey other && Equals(other);

    public override int GetHashCode() => _text?.GetHashCode(StringComparison.Ordinal) ?? HashCode.Combine(_uuid);

    public override string ToString() => _text ?? _uuid.ToString("D");

    /// <summary>Upper case, or the nil UUID that an unset key looks like, must not pass for the same key.</summary>
    private static bool IsSpelledAs(Guid uuid, string key)
    {
        Span<char> spelled = stackalloc char[UuidLength];
        return uuid != Guid.Empty && uuid.TryFormat(spelled, out _, "D") && key.AsSpan().SequenceEqual(spelled);
    }
}
