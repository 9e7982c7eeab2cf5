using System.Globalization;
using Cycles;

namespace AuthorityServer;

/// <summary>A budget as the command line writes it: <c>tenant:acme/agent:bot=1000000 USD_MICROCENTS</c>.</summary>
internal sealed record BudgetOption(string Tenant, string Scope, Amount Allocated)
{
    private static readonly Dictionary<string, AmountUnit> Units = new(StringComparer.Ordinal)
    {
        ["USD_MICROCENTS"] = AmountUnit.UsdMicrocents,
        ["TOKENS"] = AmountUnit.Tokens,
        ["CREDITS"] = AmountUnit.Credits,
        ["RISK_POINTS"] = AmountUnit.RiskPoints,
    };

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none; the message says what one looks like.</exception>
    public static BudgetOption Parse(string value)
    {
        var sides = value.Split('=');
        string[] amount = sides.Length == 2 ? sides[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        var scope = sides[0].Trim();
        var root = scope.Split('/')[0];
        if (
            amount.Length == 2
            && root.StartsWith("tenant:", StringComparison.Ordinal)
            && long.TryParse(amount[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && Units.TryGetValue(amount[1], out var unit)
        )
        {
            return new BudgetOption(root["tenant:".Length..].ToLowerInvariant(), scope, new Amount(unit, number));
        }

        throw new FormatException(
            "--budget must be such as 'tenant:acme/agent:bot=1000000 USD_MICROCENTS', in one of "
                + $"{string.Join(", ", Units.Keys)}, but was '{value}'."
        );
    }
}
