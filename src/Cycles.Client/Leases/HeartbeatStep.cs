namespace Cycles;

/// <summary>What a heartbeat does next.</summary>
internal enum HeartbeatStep
{
    /// <summary>A beat with a key of its own.</summary>
    Extend,

    /// <summary>The unanswered beat again, with its key.</summary>
    Retry,

    /// <summary>Nothing more: the lease runs out.</summary>
    Stop,

    /// <summary>Nothing more: there is no lease.</summary>
    End,
}
