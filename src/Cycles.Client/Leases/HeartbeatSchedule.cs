namespace Cycles;

/// <summary>
/// When to extend a lease, decided from answers alone (protocol, HEARTBEAT GUIDANCE of <c>extendReservation</c>). It
/// sends nothing and owns no clock: every time that it is given is on one monotonic clock.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="ttlMs">What was asked for, and what each beat asks for.</param>
/// <param name="attemptTimeout">The longest that one attempt can take; negative where that is not known.</param>
internal sealed class HeartbeatSchedule(long ttlMs, TimeSpan attemptTimeout)
{
    private readonly long _requestTimeoutMs = Milliseconds.UpOrInfinite(attemptTimeout);
    private long _maxRttMs;

    /// <summary>What the last answer left for certain, at the time that it came.</summary>
    private long _leadFloorMs;
    private TimeSpan _received;
    private long? _expiresAtMs;

    /// <summary>Null while the server says how much is left.</summary>
    private MeasuredGrants? _grants;
    private bool _wasZeroDelay;
    private bool _wasZeroWindow;
    private TimeSpan? _lastFailure;
    private long _lastWindow;

    public long TtlMs => ttlMs;

    /// <summary>See <see cref="MeasuredGrants.IsLeadClamped"/>.</summary>
    public bool IsLeadClamped => _grants?.IsLeadClamped == true;

    private HeartbeatBudget Budget => new(_requestTimeoutMs, _maxRttMs);

    /// <summary>What is left of the lease: for certain, or where the server does not say, at most.</summary>
    public long LeadMs(TimeSpan now) =>
        _grants?.MostLead(now) ?? Math.Max(0, _leadFloorMs - Milliseconds.Up(now - _received));

    /// <summary>The hold was made.</summary>
    /// <param name="remainingTtlMs">What the server says is left.</param>
    /// <param name="expiresAtMs">The end by the server's clock.</param>
    /// <param name="rtt">How long the attempt took that was answered.</param>
    /// <param name="received">When the answer came.</param>
    public HeartbeatPlan Created(long? remainingTtlMs, long? expiresAtMs, TimeSpan rtt, TimeSpan received)
    {
        _expiresAtMs = expiresAtMs;
        if (remainingTtlMs is { } remaining)
        {
            return Established(remaining, rtt, received);
        }

        // Nothing bounds what was granted, so the first beat is at once, and measures it.
        _grants = new MeasuredGrants(ttlMs, received, expiresAtMs, ttlMs);
        return HeartbeatPlan.Extend(0);
    }

    /// <summary>An extension succeeded, a beat or another.</summary>
    /// <param name="remainingTtlMs">What the server says is left.</param>
    /// <param name="expiresAtMs">The end by the server's clock.</param>
    /// <param name="rtt">How long the attempt took that was answered.</param>
    /// <param name="received">When the answer came.</param>
    public HeartbeatPlan Extended(long? remainingTtlMs, long expiresAtMs, TimeSpan rtt, TimeSpan received)
    {
        _wasZeroWindow = false;
        _lastFailure = null;
        if (remainingTtlMs is { } remaining)
        {
            _grants = null;
            _expiresAtMs = expiresAtMs;
            return Established(remaining, rtt, received);
        }

        // What was left at the last answer that said so is at most this: its floor is less by the way it took.
        _grants ??= new MeasuredGrants(ttlMs, _received, _expiresAtMs, _leadFloorMs + _maxRttMs);
        _expiresAtMs = expiresAtMs;
        return HeartbeatPlan.Extend(_grants.Extended(expiresAtMs, received));
    }

    /// <summary>A beat failed in a way that may pass: no usable answer, a 5xx, or too many requests.</summary>
    /// <param name="throttled">Whether it was too many requests.</param>
    /// <param name="retryAfter">How long the server asked to wait.</param>
    /// <param name="now">When the failure was known.</param>
    public HeartbeatPlan Failed(bool throttled, TimeSpan? retryAfter, TimeSpan now)
    {
        long? retryAfterMs = retryAfter is { } wait && wait >= TimeSpan.Zero ? Milliseconds.Up(wait) : null;
        if (_grants is not null)
        {
            return _grants.Failed(now, throttled, retryAfterMs) is { } delay
                ? HeartbeatPlan.Retry(delay)
                : HeartbeatPlan.Stop(0, "the lease is over");
        }

        var lead = LeadMs(now);
        var window = Budget.RetryWindow(lead);
        if (window < 0)
        {
            return HeartbeatPlan.Stop(lead, "no complete retry fits into what is left");
        }

        if (window == 0 && _wasZeroWindow)
        {
            return HeartbeatPlan.Stop(lead, "the one retry that just fitted has failed");
        }

        if (now <= _lastFailure && window >= _lastWindow)
        {
            return HeartbeatPlan.Stop(lead, "retries fail without taking time");
        }

        _wasZeroWindow = window == 0;
        _lastFailure = now;
        _lastWindow = window;
        if (throttled && !(retryAfterMs <= window))
        {
            return HeartbeatPlan.Stop(lead, "the authority allows no retry in time");
        }

        // "Retry at once" from a server that throttles says no more than that a retry is welcome.
        return HeartbeatPlan.Retry(
            throttled && retryAfterMs > 0 ? retryAfterMs.Value : HeartbeatBudget.RetryDelay(lead, window)
        );
    }

    /// <summary>Whether a retry that waited for its turn can still end before the lease does.</summary>
    public bool CanRetry(TimeSpan now) => _grants is not null || LeadMs(now) >= Budget.Attempt;

    private HeartbeatPlan Established(long remainingTtlMs, TimeSpan rtt, TimeSpan received)
    {
        var rttMs = Milliseconds.Up(rtt);
        _maxRttMs = Math.Max(_maxRttMs, rttMs);
        _leadFloorMs = Math.Max(0, Milliseconds.Bounded(remainingTtlMs) - rttMs);
        _received = received;
        var delay = Budget.NextDelay(_leadFloorMs);
        if (delay == 0 && _wasZeroDelay)
        {
            return HeartbeatPlan.Stop(
                _leadFloorMs,
                $"a lease of {_leadFloorMs} ms is shorter than its safety reserve of {Budget.RetryReserve} ms"
            );
        }

        // A first one may be an extension that makes the lease longer; a second in a row would be a loop.
        _wasZeroDelay = delay == 0;
        return HeartbeatPlan.Extend(delay);
    }
}
