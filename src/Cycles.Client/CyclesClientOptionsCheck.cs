using System.Globalization;

namespace Cycles;

/// <summary>The bounds of <see cref="CyclesClientOptions"/>, each written once.</summary>
internal static class CyclesClientOptionsCheck
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <returns>A sentence for each option that is out of its bounds.</returns>
    public static IReadOnlyList<string> Problems(CyclesClientOptions options)
    {
        var problems = new Findings(options.NameOf);
        problems.Range(
            nameof(options.Ttl),
            options.Ttl,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromHours(24),
            "1 s to 24 h"
        );
        problems.Range(
            nameof(options.GracePeriod),
            options.GracePeriod ?? TimeSpan.Zero,
            TimeSpan.Zero,
            TimeSpan.FromSeconds(60),
            "0 to 60 s"
        );
        problems.AddIf(
            options.DrainTimeout < TimeSpan.Zero,
            nameof(options.DrainTimeout),
            $"must be 0 or more but was {options.DrainTimeout}"
        );
        problems.Range(nameof(options.ConnectTimeout), options.ConnectTimeout, Least, Hour, "1 ms to 1 h");
        problems.Range(nameof(options.ReadTimeout), options.ReadTimeout, Least, Hour, "1 ms to 1 h");
        problems.AddIf(
            options.RetryMaxAttempts is < 0 or > 100,
            nameof(options.RetryMaxAttempts),
            $"must be from 0 to 100 but was {options.RetryMaxAttempts}"
        );
        problems.Range(nameof(options.RetryInitialDelay), options.RetryInitialDelay, Least, Hour, "1 ms to 1 h");
        problems.AddIf(
            options.RetryMultiplier is not (>= 1 and <= 100),
            nameof(options.RetryMultiplier),
            $"must be from 1 to 100 but was {options.RetryMultiplier.ToString(CultureInfo.InvariantCulture)}"
        );
        problems.Range(
            nameof(options.RetryMaxDelay),
            options.RetryMaxDelay,
            options.RetryInitialDelay,
            Hour,
            $"{options.NameOf(nameof(options.RetryInitialDelay))} to 1 h"
        );
        problems.AddIf(
            options.OveragePolicy is { } policy && !Enum.IsDefined(policy),
            nameof(options.OveragePolicy),
            $"must be {nameof(CommitOveragePolicy.Reject)}, {nameof(CommitOveragePolicy.AllowIfAvailable)} or {nameof(CommitOveragePolicy.AllowWithOverdraft)} but was {options.OveragePolicy}"
        );
        problems.AddIf(
            !Enum.IsDefined(options.WhenActualIsMissing),
            nameof(options.WhenActualIsMissing),
            $"must be {nameof(WhenActualIsMissing.CommitEstimate)} or {nameof(WhenActualIsMissing.Surface)} but was {options.WhenActualIsMissing}"
        );
        problems.AddIf(
            !Enum.IsDefined(options.LeasePolicy),
            nameof(options.LeasePolicy),
            $"must be {nameof(LeasePolicy.Warn)}, {nameof(LeasePolicy.FailOnFinalize)} or {nameof(LeasePolicy.Cancel)} but was {options.LeasePolicy}"
        );
        problems.AddIf(
            options.MaxExtensions < 0,
            nameof(options.MaxExtensions),
            $"must be 0 or more but was {options.MaxExtensions}"
        );

        problems.AddIf(
            options.MaxPendingAge <= TimeSpan.Zero,
            nameof(options.MaxPendingAge),
            $"must be more than 0 but was {options.MaxPendingAge}"
        );
        problems.AddIf(
            options.JournalEnabled is true && options.BaseUrl is null && options.Journal is null,
            nameof(options.JournalEnabled),
            $"is true, but a journal is for a server at {options.NameOf(nameof(options.BaseUrl))}: an authority in this process needs none, and for any other set {nameof(options.Journal)}"
        );

        // Defaults may give dimensions alone: the levels come from the calls or from the seam.
        if (options.Subject?.Validate() is { Field: not "subject" } finding)
        {
            // A field is named as it was given: subject.tenant came from Subject:Tenant.
            var field = string.Join(
                ':',
                finding.Field.Split('.').Select(part => char.ToUpperInvariant(part[0]) + part[1..])
            );
            problems.Add($"{options.NameOf(field)} {finding.Problem}.");
        }

        return problems;
    }

    /// <returns>A sentence for each option that an HTTP connection needs and does not have.</returns>
    public static IReadOnlyList<string> ConnectionProblems(CyclesClientOptions options)
    {
        var problems = new Findings(options.NameOf);
        problems.AddIf(options.BaseUrl is null, nameof(options.BaseUrl), "is not set");
        problems.AddIf(
            options.BaseUrl is { } url && !IsAddress(url),
            nameof(options.BaseUrl),
            "must be an absolute http or https address without user, query or fragment, such as http://localhost:7878"
        );
        problems.AddIf(
            string.IsNullOrWhiteSpace(options.ApiKey) && options.ApiKeyProvider is null,
            nameof(options.ApiKey),
            $"is not set, and neither is {nameof(options.ApiKeyProvider)}"
        );
        problems.AddIf(
            !string.IsNullOrWhiteSpace(options.ApiKey) && !ApiKeys.IsUsable(options.ApiKey),
            nameof(options.ApiKey),
            "must be visible ASCII characters, because it is sent in a header (its value is not shown)"
        );
        problems.AddIf(
            options.JournalEnabled is not false
                && string.IsNullOrWhiteSpace(options.ApiKey)
                && options.ApiKeyProvider is not null
                && string.IsNullOrWhiteSpace(options.Subject?.Tenant),
            "Subject:Tenant",
            $"is not set: the journal is kept by tenant where {nameof(options.ApiKeyProvider)} gives the key, or it would be lost with each new key. Set it, or {options.NameOf(nameof(options.JournalEnabled))} to false"
        );
        return problems;
    }

    public static string TwoAuthorities(CyclesClientOptions options) =>
        $"{options.NameOf(nameof(options.BaseUrl))} is set although there is an {nameof(ICyclesAuthority)} to ask: give one of the two.";

    private static bool IsAddress(Uri url) =>
        url.IsAbsoluteUri
        && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
        && url is { UserInfo: "", Query: "", Fragment: "" };

    private sealed class Findings(Func<string, string> nameOf) : List<string>
    {
        public void AddIf(bool wrong, string option, string problem)
        {
            if (wrong)
            {
                Add($"{nameOf(option)} {problem}.");
            }
        }

        public void Range(string option, TimeSpan value, TimeSpan least, TimeSpan most, string bounds) =>
            AddIf(value < least || value > most, option, $"must be from {bounds} but was {value}");
    }
}
