namespace Cycles;

/// <summary>
/// Beats for a server that does not say how much is left (protocol, HEARTBEAT GUIDANCE, fallback): by the differences
/// between the ends that it returns. Where that is not sound it beats too often rather than too late.
/// </summary>
/// <param name="ttlMs">What each beat asks for.</param>
/// <param name="anchor">When the answer came that the first grant is measured against.</param>
/// <param name="expiresAtMs">The end that it gave, where it gave one.</param>
/// <param name="mostMs">The most that can have been left then.</param>
internal sealed class MeasuredGrants(long ttlMs, TimeSpan anchor, long? expiresAtMs, long mostMs)
{
    private const long Shortest = 1000;
    private const long Longest = 30_000;

    private readonly long _held = Math.Max(Shortest, Math.Min(ttlMs / 2, Longest));
    private long? _expiresAtMs = expiresAtMs;
    private readonly TimeSpan _anchor = anchor;
    private TimeSpan _last = anchor;
    private long _granted;
    private long _cadence = Math.Max(Shortest, Math.Min(ttlMs / 2, Longest));

    /// <summary>
    /// Whether the server seems to hold the end at a fixed distance, so that beats buy nothing but time that has passed
    /// and use up the extensions.
    /// </summary>
    public bool IsLeadClamped { get; private set; }

    /// <summary>The most that can be left: below it the lease is over for certain.</summary>
    public long MostLead(TimeSpan now) => Math.Max(0, mostMs + _granted - Milliseconds.Up(now - _anchor));

    /// <summary>How long to wait after an extension that succeeded.</summary>
    public long Extended(long expiresAtMs, TimeSpan now)
    {
        // Without an earlier end to compare with: the extension was applied, so take it for what was asked.
        var grant = _expiresAtMs is { } before ? expiresAtMs - before : ttlMs;
        var elapsed = Milliseconds.Up(now - _last);
        _expiresAtMs = Math.Max(expiresAtMs, _expiresAtMs ?? 0);
        _last = now;
        _granted += Math.Max(0, grant);
        IsLeadClamped = IsClamped(grant, elapsed);
        _cadence = IsLeadClamped ? _held : Math.Max(Shortest, grant / 2);
        return _cadence + Skipped(grant, now);
    }

    /// <summary>
    /// How long to wait with a retry. Nothing can prove here that there is no time for one, so it goes on, never faster
    /// than once a second, for as long as the lease can be alive at all.
    /// </summary>
    /// <returns>Null once it can't.</returns>
    public long? Failed(TimeSpan now, bool throttled, long? retryAfterMs)
    {
        if (MostLead(now) == 0)
        {
            return null;
        }

        return throttled ? Math.Max(Shortest, retryAfterMs ?? _cadence) : Math.Clamp(_cadence / 4, Shortest, Longest);
    }

    private bool IsClamped(long grant, long elapsed) =>
        10 * grant < 9 * ttlMs && (grant <= 0 || (4 * grant >= 3 * elapsed && 4 * grant <= 5 * elapsed));

    /// <summary>Beats are skipped while the sum of the grants proves that one and a half of the last are left.</summary>
    private long Skipped(long grant, TimeSpan now)
    {
        var atNext = _granted - Milliseconds.Up(now - _anchor) - _cadence;
        var surplus = atNext - (grant + (grant / 2));
        return grant > 0 && surplus >= 0 ? ((surplus / _cadence) + 1) * _cadence : 0;
    }
}
