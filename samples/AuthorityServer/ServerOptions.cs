using Cycles;

namespace AuthorityServer;

/// <summary>The command line.</summary>
internal sealed record ServerOptions
{
    public const string Help = """
        Serves a Cycles authority over HTTP. It keeps its ledger in memory and forgets it when it ends.

          --urls URLS              where to listen, several separated by ; (default http://127.0.0.1:7878)
          --api-key KEY            a client's key, with the --tenant at the same place (default cyc_test_local)
          --tenant ID              the tenant that the key acts for (default acme)
          --budget 'SCOPE=N UNIT'  a budget, in USD_MICROCENTS, TOKENS, CREDITS or RISK_POINTS
                                   (default 'tenant:ID=1000000 USD_MICROCENTS' for each tenant)
          --admin-key KEY          the operator's key (default none: no operator's side)
          --help                   this text

        --api-key, --tenant and --budget may be given several times.
        """;

    public const string DefaultUrl = "http://127.0.0.1:7878";

    public string Urls { get; private init; } = DefaultUrl;

    public IReadOnlyList<string> Keys { get; private init; } = [];

    public IReadOnlyList<string> Tenants { get; private init; } = [];

    public IReadOnlyList<BudgetOption> Budgets { get; private init; } = [];

    public string? AdminKey { get; private init; }

    public bool WantsHelp { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It makes no sense; the message says why and what would.</exception>
    public static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ServerOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--urls" => options with { Urls = UrlsOf(ValueOf(arguments, i++)) },
                "--api-key" => options with { Keys = [.. options.Keys, KeyOf(arguments, i++)] },
                "--tenant" => options with { Tenants = [.. options.Tenants, TenantOf(ValueOf(arguments, i++))] },
                "--budget" => options with
                {
                    Budgets = [.. options.Budgets, BudgetOption.Parse(ValueOf(arguments, i++))],
                },
                "--admin-key" => options with { AdminKey = KeyOf(arguments, i++) },
                "--help" or "-h" => options with { WantsHelp = true },
                var unknown => throw new FormatException($"There is no option '{unknown}'."),
            };
        }

        return options.Complete();
    }

    private ServerOptions Complete()
    {
        if (Keys.Count != Tenants.Count && !WantsHelp)
        {
            throw new FormatException(
                $"--api-key and --tenant must be given equally often but were given {Keys.Count} and {Tenants.Count} "
                    + "times: the first key acts for the first tenant, and so on."
            );
        }

        if (Keys.Distinct().Count() < Keys.Count)
        {
            throw new FormatException("Each --api-key must be given once: a key acts for one tenant.");
        }

        var options = Keys.Count > 0 ? this : this with { Keys = ["cyc_test_local"], Tenants = ["acme"] };
        if (options.Budgets.FirstOrDefault(budget => !options.Tenants.Contains(budget.Tenant)) is { } foreign)
        {
            throw new FormatException(
                $"--budget {foreign.Scope} must lie in the scope of a --tenant: {string.Join(", ", options.Tenants)}."
            );
        }

        return options.Budgets.Count > 0
            ? options
            : options with
            {
                Budgets =
                [
                    .. options
                        .Tenants.Distinct()
                        .Select(tenant => new BudgetOption(
                            tenant,
                            $"tenant:{tenant}",
                            Amount.UsdMicrocents(1_000_000)
                        )),
                ],
            };
    }

    private static string UrlsOf(string value)
    {
        foreach (var url in value.Split(';'))
        {
            if (
                !Uri.TryCreate(url, UriKind.Absolute, out var uri)
                || uri is not { Scheme: "http", UserInfo: "", PathAndQuery: "/", Fragment: "" }
            )
            {
                throw new FormatException($"--urls must be such as {DefaultUrl} but was '{value}'.");
            }
        }

        return value;
    }

    private static string TenantOf(string value) =>
        new Subject { Tenant = value }.Validate() is { } finding
            ? throw new FormatException($"--tenant {finding.Problem}.")
            : value.ToLowerInvariant();

    /// <summary>The message does not repeat the key.</summary>
    private static string KeyOf(IReadOnlyList<string> arguments, int option)
    {
        var value = ValueOf(arguments, option);
        return value.Length is > 0 and <= 256 && value.All(character => character is >= '!' and <= '~')
            ? value
            : throw new FormatException(
                $"{arguments[option]} must be 1 to 256 visible ASCII characters without blanks."
            );
    }

    private static string ValueOf(IReadOnlyList<string> arguments, int option) =>
        option + 1 < arguments.Count
            ? arguments[option + 1]
            : throw new FormatException($"{arguments[option]} needs a value.");
}
