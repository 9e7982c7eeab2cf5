namespace Cycles.RecoveryWorker;

/// <summary>When the ledger does its part of a request whose answer never leaves.</summary>
public enum Application
{
    /// <summary>Never: it was lost after all.</summary>
    Never,

    /// <summary>Before the one who asked is gone.</summary>
    Before,

    /// <summary>After that, so that it may meet the replay.</summary>
    After,
}
