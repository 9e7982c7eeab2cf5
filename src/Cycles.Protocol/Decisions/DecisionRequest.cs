using System.Text.Json;

namespace Cycles;

/// <summary>Asks for an opinion without holding anything (protocol operation <c>decide</c>).</summary>
public sealed record DecisionRequest
{
    /// <summary>Names this operation so that a repeat of it is recognised; 1 to 256 characters.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Who acts, and for whom.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What would be done.</summary>
    public required CyclesAction Action { get; init; }

    /// <summary>What it is expected to cost.</summary>
    public required Amount Estimate { get; init; }

    /// <summary>Free data to keep with it.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Metadata { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.IdempotencyKey(IdempotencyKey)
        ?? Check.Subject(Subject)
        ?? Check.Action(Action)
        ?? Check.Amount("estimate", Estimate)
        ?? Check.Json("metadata", Metadata);
}
