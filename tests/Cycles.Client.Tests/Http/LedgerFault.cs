namespace Cycles.Client.Tests;

/// <summary>What goes wrong once on the way to a ledger, and whether the ledger did its part before.</summary>
public sealed record LedgerFault(LedgerFaultKind Kind, bool Applied, SpoiltAnswer? Answer = null)
{
    /// <summary>What the client makes wait for: a Retry-After that counts, and no more than an hour.</summary>
    public TimeSpan Floor => Answer?.Wait is not { } wait ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(3600, wait));

    /// <summary>Whether a reserve is not tried again by itself: it was answered, or there was nobody to answer.</summary>
    public bool Surfaces => Kind == LedgerFaultKind.Refused || Answer?.Status is 410 or 429;

    public override string ToString() => $"{Answer?.Name ?? Kind.ToString()}, {(Applied ? "applied" : "lost")}";
}
