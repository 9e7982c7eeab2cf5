using Microsoft.Extensions.Options;

namespace Cycles;

/// <summary>Options from environment variables, under the names that all SDKs of the protocol share.</summary>
internal static class EnvironmentSettings
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        [nameof(CyclesClientOptions.BaseUrl)] = "BASE_URL",
        [nameof(CyclesClientOptions.ApiKey)] = "API_KEY",
        ["Subject:Tenant"] = "TENANT",
        ["Subject:Workspace"] = "WORKSPACE",
        ["Subject:App"] = "APP",
        ["Subject:Workflow"] = "WORKFLOW",
        ["Subject:Agent"] = "AGENT",
        ["Subject:Toolset"] = "TOOLSET",
        [nameof(CyclesClientOptions.ConnectTimeout)] = "CONNECT_TIMEOUT",
        [nameof(CyclesClientOptions.ReadTimeout)] = "READ_TIMEOUT",
        [nameof(CyclesClientOptions.RetryEnabled)] = "RETRY_ENABLED",
        [nameof(CyclesClientOptions.RetryMaxAttempts)] = "RETRY_MAX_ATTEMPTS",
        [nameof(CyclesClientOptions.RetryInitialDelay)] = "RETRY_INITIAL_DELAY",
        [nameof(CyclesClientOptions.RetryMultiplier)] = "RETRY_MULTIPLIER",
        [nameof(CyclesClientOptions.RetryMaxDelay)] = "RETRY_MAX_DELAY",
    };

    public static void Read(CyclesClientOptions options, string prefix, Func<string, string?> variable)
    {
        var usual = options.NameOf;
        var given = Names
            .Where(pair => !string.IsNullOrWhiteSpace(variable(prefix + pair.Value)))
            .ToDictionary(pair => pair.Key, pair => prefix + pair.Value, StringComparer.Ordinal);
        options.NameOf = option => given.TryGetValue(option, out var name) ? name : usual(option);
        SettingsReader.Read(
            options,
            option => Names.TryGetValue(option, out var name) ? variable(prefix + name) : null,
            dimensions: []
        );
        RefuseJournal(prefix, variable);
    }

    /// <summary>Who asks for a journal must not believe that there is one.</summary>
    private static void RefuseJournal(string prefix, Func<string, string?> variable)
    {
        var enabled = variable($"{prefix}JOURNAL_ENABLED");
        if (string.IsNullOrWhiteSpace(enabled))
        {
            return;
        }

        if (!bool.TryParse(enabled, out var wanted) || wanted)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(CyclesClientOptions),
                [
                    $"{prefix}JOURNAL_ENABLED must be false or unset but was '{enabled}': this version keeps no journal, so an amount that is unsettled when the process dies is lost.",
                ]
            );
        }
    }
}
