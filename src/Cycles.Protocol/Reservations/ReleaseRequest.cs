namespace Cycles;

/// <summary>Gives a hold back unused (protocol operation <c>releaseReservation</c>).</summary>
public sealed record ReleaseRequest
{
    /// <summary>Names this operation so that a repeat of it is recognised; 1 to 256 characters.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Why, at most 256 characters.</summary>
    public string? Reason { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.IdempotencyKey(IdempotencyKey) ?? Check.Length("reason", Reason, 0, 256);
}
