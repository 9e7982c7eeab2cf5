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
        [nameof(CyclesClientOptions.JournalEnabled)] = "JOURNAL_ENABLED",
        [nameof(CyclesClientOptions.JournalDirectory)] = "JOURNAL_DIR",
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
    }
}
