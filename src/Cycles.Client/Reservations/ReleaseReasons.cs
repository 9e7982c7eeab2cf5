namespace Cycles;

/// <summary>Why a hold was given back without anybody saying so.</summary>
internal static class ReleaseReasons
{
    /// <summary>Its scope ended with neither commit nor release.</summary>
    public const string GuardDropped = "guard_dropped";

    /// <summary>The guarded work threw.</summary>
    public const string ActionFailed = "action_failed";

    /// <summary>The caller stopped waiting for the reserve that made it.</summary>
    public const string ReserveCancelled = "reserve_cancelled";
}
