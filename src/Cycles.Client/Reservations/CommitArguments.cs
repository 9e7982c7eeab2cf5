using System.Text.Json;

namespace Cycles;

/// <summary>What a caller wants to commit, checked and copied.</summary>
internal static class CommitArguments
{
    /// <exception cref="ArgumentException">Something is not valid; it names what.</exception>
    public static CommitRequest NewRequest(
        string key,
        Amount actual,
        Amount estimate,
        CyclesMetrics? metrics,
        IReadOnlyDictionary<string, JsonElement>? metadata
    )
    {
        var request = new CommitRequest { IdempotencyKey = key, Actual = actual };
        Arguments.ThrowIf(request.Validate(), nameof(actual));
        if (actual.Unit != estimate.Unit)
        {
            throw new ArgumentException(
                $"actual.unit must be that of the estimate ({estimate}) but the amount was {actual}.",
                nameof(actual)
            );
        }

        if (metrics is null && metadata is null)
        {
            return request;
        }

        request = request with { Metrics = Copies.Of(metrics), Metadata = Copies.Of(metadata) };
        Arguments.ThrowIf(request.Metrics?.Validate(), nameof(metrics));
        Arguments.ThrowIf(request.Validate(), nameof(metadata));
        return request;
    }

    /// <summary>Whether the amount by itself can be committed.</summary>
    public static bool IsUsable(Amount actual, Amount estimate) =>
        new CommitRequest { IdempotencyKey = "-", Actual = actual }.Validate() is null && actual.Unit == estimate.Unit;
}
