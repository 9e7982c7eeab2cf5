using Cycles;

namespace ChatAgent;

/// <summary>One call of the model.</summary>
/// <param name="Dollars">What it cost.</param>
/// <param name="Model">Which model.</param>
/// <param name="MostTokens">How long the answer was allowed to be.</param>
/// <param name="Tools">What it asked for, and why not where that was denied; empty when it answered.</param>
internal sealed record RunTurn(
    decimal Dollars,
    string Model,
    int? MostTokens,
    List<(string Name, ReasonCode? Denied)> Tools
);
