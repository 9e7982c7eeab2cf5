using System.Text.Json;

namespace Cycles;

/// <summary>
/// Whether two requests under one idempotency key ask for the same thing (protocol, IDEMPOTENCY): the order of members
/// does not matter, nor whether a default is written out; any other difference does.
/// </summary>
/// <remarks>The keys themselves are not compared.</remarks>
public static class CanonicalPayload
{
    /// <summary>Compares two questions.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they ask for the same thing.</returns>
    public static bool Equal(DecisionRequest left, DecisionRequest right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Estimate == right.Estimate
            && Equal(left.Subject, right.Subject)
            && Equal(left.Action, right.Action)
            && Equal(left.Metadata, right.Metadata);
    }

    /// <summary>Compares two reserves; a live one and a dry run differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they ask for the same thing.</returns>
    public static bool Equal(ReservationCreateRequest left, ReservationCreateRequest right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Estimate == right.Estimate
            && (left.TtlMs ?? ReservationCreateRequest.DefaultTtlMs)
                == (right.TtlMs ?? ReservationCreateRequest.DefaultTtlMs)
            && (left.GracePeriodMs ?? ReservationCreateRequest.DefaultGracePeriodMs)
                == (right.GracePeriodMs ?? ReservationCreateRequest.DefaultGracePeriodMs)
            && OrDefault(left.OveragePolicy) == OrDefault(right.OveragePolicy)
            && (left.DryRun ?? false) == (right.DryRun ?? false)
            && Equal(left.Subject, right.Subject)
            && Equal(left.Action, right.Action)
            && Equal(left.Metadata, right.Metadata);
    }

    /// <summary>Compares two commits.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they ask for the same thing.</returns>
    public static bool Equal(CommitRequest left, CommitRequest right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Actual == right.Actual
            && Equal(left.Metrics, right.Metrics)
            && Equal(left.Metadata, right.Metadata);
    }

    /// <summary>Compares two releases.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they ask for the same thing.</returns>
    public static bool Equal(ReleaseRequest left, ReleaseRequest right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return string.Equals(left.Reason, right.Reason, StringComparison.Ordinal);
    }

    /// <summary>Compares two extensions.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they ask for the same thing.</returns>
    public static bool Equal(ReservationExtendRequest left, ReservationExtendRequest right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.ExtendByMs == right.ExtendByMs && Equal(left.Metadata, right.Metadata);
    }

    /// <summary>Compares two events.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they ask for the same thing.</returns>
    public static bool Equal(EventCreateRequest left, EventCreateRequest right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Actual == right.Actual
            && OrDefault(left.OveragePolicy) == OrDefault(right.OveragePolicy)
            && left.ClientTimeMs == right.ClientTimeMs
            && Equal(left.Subject, right.Subject)
            && Equal(left.Action, right.Action)
            && Equal(left.Metrics, right.Metrics)
            && Equal(left.Metadata, right.Metadata);
    }

    /// <summary>Compares two subjects level by level, letter by letter, and their dimensions.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they say the same.</returns>
    public static bool Equal(Subject left, Subject right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        for (var level = SubjectLevel.Tenant; level <= SubjectLevel.Toolset; level++)
        {
            if (!string.Equals(left[level], right[level], StringComparison.Ordinal))
            {
                return false;
            }
        }

        return Equal(left.Dimensions, right.Dimensions, string.Equals);
    }

    /// <summary>Compares two actions; the order of tags matters.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they say the same.</returns>
    public static bool Equal(CyclesAction left, CyclesAction right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return ReferenceEquals(left, right)
            || string.Equals(left.Kind, right.Kind, StringComparison.Ordinal)
                && string.Equals(left.Name, right.Name, StringComparison.Ordinal)
                && (left.Tags ?? []).SequenceEqual(right.Tags ?? [], StringComparer.Ordinal);
    }

    private static bool Equal(CyclesMetrics? left, CyclesMetrics? right)
    {
        left ??= NoMetrics;
        right ??= NoMetrics;
        return left.TokensInput == right.TokensInput
            && left.TokensOutput == right.TokensOutput
            && left.LatencyMs == right.LatencyMs
            && string.Equals(left.ModelVersion, right.ModelVersion, StringComparison.Ordinal)
            && Equal(left.Custom, right.Custom);
    }

    private static readonly CyclesMetrics NoMetrics = new();

    private static bool Equal(
        IReadOnlyDictionary<string, JsonElement>? left,
        IReadOnlyDictionary<string, JsonElement>? right
    ) => Equal(left, right, JsonElement.DeepEquals);

    private static bool Equal<T>(
        IReadOnlyDictionary<string, T>? left,
        IReadOnlyDictionary<string, T>? right,
        Func<T, T, bool> equal
    )
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if ((left?.Count ?? 0) != (right?.Count ?? 0))
        {
            return false;
        }

        foreach (var (key, value) in left ?? new Dictionary<string, T>())
        {
            if (!right!.TryGetValue(key, out var other) || !equal(value, other))
            {
                return false;
            }
        }

        return true;
    }

    private static CommitOveragePolicy OrDefault(CommitOveragePolicy? policy) =>
        policy ?? CommitOveragePolicy.AllowIfAvailable;
}
