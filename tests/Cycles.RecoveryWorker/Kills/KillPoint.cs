namespace Cycles.RecoveryWorker;

/// <summary>Where in a settlement a worker kills itself.</summary>
public enum KillPoint
{
    /// <summary>The amount is handed over, and nothing of it is on disk.</summary>
    BeforeWrite,

    /// <summary>It is on disk as a whole, and has no name yet.</summary>
    BeforeRename,

    /// <summary>The journal has it, and no request has left.</summary>
    BeforeSend,

    /// <summary>The server has read the commit, and has not answered.</summary>
    CommitUnanswered,

    /// <summary>The server said that the hold has expired, and the journal still says commit.</summary>
    BeforeSwitch,

    /// <summary>The journal says event, and no event has left.</summary>
    BeforeEvent,

    /// <summary>The server has read the event, and has not answered.</summary>
    EventUnanswered,

    /// <summary>The server has answered that it is charged, and the record is still there.</summary>
    BeforeRemove,

    /// <summary>The journal has the time before which the server wants no other attempt.</summary>
    Throttled,
}
