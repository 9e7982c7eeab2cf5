namespace Cycles.Extensions.AI;

/// <summary>What happens to a call of a model that has no price. It never costs nothing.</summary>
public enum UnpricedModel
{
    /// <summary>It is denied before it runs, without asking the authority. The default.</summary>
    Deny = 0,

    /// <summary>It costs the highest price of the table, each kind of token for itself; denied where there is none but 0.</summary>
    HighestRate,

    /// <summary>It holds and costs <see cref="CyclesModelOptions.UnpricedEstimate"/>, marked as an estimate.</summary>
    Estimate,
}
