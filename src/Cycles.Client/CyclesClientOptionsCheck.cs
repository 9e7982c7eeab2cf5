namespace Cycles;

/// <summary>The bounds of <see cref="CyclesClientOptions"/>, each written once.</summary>
internal static class CyclesClientOptionsCheck
{
    /// <returns>A sentence for each option that is out of its bounds.</returns>
    public static IReadOnlyList<string> Problems(CyclesClientOptions options)
    {
        var problems = new List<string>();
        if (options.Ttl < TimeSpan.FromSeconds(1) || options.Ttl > TimeSpan.FromHours(24))
        {
            problems.Add($"CyclesClientOptions.Ttl must be from 1 s to 24 h but was {options.Ttl}.");
        }

        if (options.GracePeriod is { } grace && (grace < TimeSpan.Zero || grace > TimeSpan.FromSeconds(60)))
        {
            problems.Add($"CyclesClientOptions.GracePeriod must be from 0 to 60 s but was {grace}.");
        }

        if (options.DrainTimeout < TimeSpan.Zero)
        {
            problems.Add($"CyclesClientOptions.DrainTimeout must be 0 or more but was {options.DrainTimeout}.");
        }

        if (options.OveragePolicy is { } policy && !Enum.IsDefined(policy))
        {
            problems.Add(
                $"CyclesClientOptions.OveragePolicy must be {nameof(CommitOveragePolicy.Reject)}, {nameof(CommitOveragePolicy.AllowIfAvailable)} or {nameof(CommitOveragePolicy.AllowWithOverdraft)} but was {policy}."
            );
        }

        if (!Enum.IsDefined(options.WhenActualIsMissing))
        {
            problems.Add(
                $"CyclesClientOptions.WhenActualIsMissing must be {nameof(WhenActualIsMissing.CommitEstimate)} or {nameof(WhenActualIsMissing.Surface)} but was {options.WhenActualIsMissing}."
            );
        }

        // Defaults may give dimensions alone: the levels come from the calls or from the seam.
        if (options.Subject?.Validate() is { Field: not "subject" } finding)
        {
            problems.Add($"CyclesClientOptions.Subject is not valid: {finding}");
        }

        return problems;
    }
}
