namespace Cycles.Extensions.AI;

/// <summary>What several usage updates in one stream mean.</summary>
public enum UsageAggregation
{
    /// <summary>Each one reports its own part, and they are added up. The default, and what Microsoft.Extensions.AI expects.</summary>
    Sum = 0,

    /// <summary>Each one reports everything so far, and the highest number of each kind counts.</summary>
    Cumulative,
}
