using System.Globalization;
using Microsoft.Extensions.Options;

namespace Cycles;

/// <summary>Reads options from text, wherever it comes from. What can't be read is an error that names its source.</summary>
/// <remarks>By hand rather than by a binder: a binder has other ideas of a duration, and reflection.</remarks>
internal sealed class SettingsReader
{
    private readonly CyclesClientOptions _options;
    private readonly Func<string, string?> _text;
    private readonly List<string> _problems = [];

    private SettingsReader(CyclesClientOptions options, Func<string, string?> text)
    {
        _options = options;
        _text = text;
    }

    /// <summary>Changes what is given and leaves the rest as it is; blank is as good as not given.</summary>
    /// <exception cref="OptionsValidationException">Something can't be read.</exception>
    public static void Read(
        CyclesClientOptions options,
        Func<string, string?> text,
        IEnumerable<(string Name, string? Value)> dimensions
    )
    {
        var reader = new SettingsReader(options, text);
        reader.ReadConnection();
        reader.ReadRetries();
        reader.ReadJournal();
        reader.ReadLeases();
        reader.ReadSubject(dimensions);
        if (reader._problems.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(CyclesClientOptions), reader._problems);
        }
    }

    private void ReadConnection()
    {
        if (Text(nameof(_options.BaseUrl)) is { } url)
        {
            // Whether one can connect to it is checked with all other options. It may hold a password, so it is not shown.
            if (Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var address))
            {
                _options.BaseUrl = address;
            }
            else
            {
                _problems.Add($"{_options.NameOf(nameof(_options.BaseUrl))} is not an address.");
            }
        }

        _options.ApiKey = Text(nameof(_options.ApiKey)) ?? _options.ApiKey;
        _options.ConnectTimeout = Duration(nameof(_options.ConnectTimeout)) ?? _options.ConnectTimeout;
        _options.ReadTimeout = Duration(nameof(_options.ReadTimeout)) ?? _options.ReadTimeout;
    }

    private void ReadRetries()
    {
        _options.RetryEnabled = Switch(nameof(_options.RetryEnabled)) ?? _options.RetryEnabled;
        _options.RetryMaxAttempts = Count(nameof(_options.RetryMaxAttempts)) ?? _options.RetryMaxAttempts;
        _options.RetryInitialDelay = Duration(nameof(_options.RetryInitialDelay)) ?? _options.RetryInitialDelay;
        _options.RetryMultiplier = Number(nameof(_options.RetryMultiplier)) ?? _options.RetryMultiplier;
        _options.RetryMaxDelay = Duration(nameof(_options.RetryMaxDelay)) ?? _options.RetryMaxDelay;
    }

    private void ReadJournal()
    {
        _options.JournalEnabled = Switch(nameof(_options.JournalEnabled)) ?? _options.JournalEnabled;
        _options.JournalDirectory = Text(nameof(_options.JournalDirectory)) ?? _options.JournalDirectory;
        _options.MaxPendingAge = Duration(nameof(_options.MaxPendingAge)) ?? _options.MaxPendingAge;
        _options.FailOpen = Switch(nameof(_options.FailOpen)) ?? _options.FailOpen;
    }

    private void ReadLeases()
    {
        _options.Ttl = Duration(nameof(_options.Ttl)) ?? _options.Ttl;
        _options.GracePeriod = Duration(nameof(_options.GracePeriod)) ?? _options.GracePeriod;
        _options.DrainTimeout = Duration(nameof(_options.DrainTimeout)) ?? _options.DrainTimeout;
        _options.OveragePolicy = Name<CommitOveragePolicy>(nameof(_options.OveragePolicy)) ?? _options.OveragePolicy;
        _options.WhenActualIsMissing =
            Name<WhenActualIsMissing>(nameof(_options.WhenActualIsMissing)) ?? _options.WhenActualIsMissing;
        _options.HeartbeatEnabled = Switch(nameof(_options.HeartbeatEnabled)) ?? _options.HeartbeatEnabled;
        _options.LeasePolicy = Name<LeasePolicy>(nameof(_options.LeasePolicy)) ?? _options.LeasePolicy;
        _options.MaxExtensions = Count(nameof(_options.MaxExtensions)) ?? _options.MaxExtensions;
    }

    private void ReadSubject(IEnumerable<(string Name, string? Value)> dimensions)
    {
        var labels = dimensions.ToDictionary(pair => pair.Name, pair => pair.Value ?? "", StringComparer.Ordinal);
        var given = new Subject
        {
            Tenant = Text("Subject:Tenant"),
            Workspace = Text("Subject:Workspace"),
            App = Text("Subject:App"),
            Workflow = Text("Subject:Workflow"),
            Agent = Text("Subject:Agent"),
            Toolset = Text("Subject:Toolset"),
            Dimensions = labels.Count > 0 ? labels : null,
        };
        if (given != new Subject())
        {
            _options.Subject = given.FilledFrom(_options.Subject);
        }
    }

    private string? Text(string option) =>
        _text(option) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private TimeSpan? Duration(string option)
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        if (DurationText.TryParse(text, out var duration, out var problem))
        {
            return duration;
        }

        return Problem<TimeSpan>(option, problem, text);
    }

    private bool? Switch(string option) =>
        Text(option)?.ToUpperInvariant() switch
        {
            null => null,
            "TRUE" or "1" or "YES" or "ON" => true,
            "FALSE" or "0" or "NO" or "OFF" => false,
            _ => Problem<bool>(option, "must be true or false", Text(option)!),
        };

    private int? Count(string option) =>
        Text(option) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : Problem<int>(option, "must be a whole number", text);

    private double? Number(string option) =>
        Text(option) is not { } text ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
        : Problem<double>(option, "must be a number such as 2 or 1.5", text);

    /// <summary>By the name in code or on the wire: <c>AllowIfAvailable</c> or <c>ALLOW_IF_AVAILABLE</c>.</summary>
    private T? Name<T>(string option)
        where T : struct, Enum
    {
        if (Text(option) is not { } text)
        {
            return null;
        }

        var name = text.Replace("_", "", StringComparison.Ordinal);
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return Problem<T>(option, $"must be one of {string.Join(", ", Enum.GetNames<T>())}", text);
    }

    private T? Problem<T>(string option, string problem, string text)
        where T : struct
    {
        _problems.Add($"{_options.NameOf(option)} {problem} but was '{text}'.");
        return null;
    }
}
