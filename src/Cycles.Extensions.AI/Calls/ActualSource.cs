namespace Cycles.Extensions.AI;

/// <summary>How an actual amount came about; anything but a report is marked on the commit.</summary>
internal enum ActualSource
{
    /// <summary>The provider reported it.</summary>
    Reported = 0,

    /// <summary>It was counted here, in all or in part, from what came through.</summary>
    Counted,

    /// <summary>Nobody knows better than the estimate.</summary>
    Estimate,
}
