using System.Text.Json;

namespace Cycles;

/// <summary>Moves a hold's end outward (protocol operation <c>extendReservation</c>).</summary>
public sealed record ReservationExtendRequest
{
    /// <summary>Names this operation so that a repeat of it is recognised; 1 to 256 characters.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>How far, in milliseconds from the present end and not from now; 1 to 86,400,000.</summary>
    public required long ExtendByMs { get; init; }

    /// <summary>Free data to keep with it.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.IdempotencyKey(IdempotencyKey)
        ?? Check.Range("extend_by_ms", ExtendByMs, 1, 86_400_000)
        ?? Check.Json("metadata", Metadata);
}
