namespace Cycles.Client.Tests;

/// <summary>
/// The scenarios of the protocol's recovery profile that an SDK has to pass to be called durable, by their ids. Each has
/// tests that carry its id as <see cref="RecoveryAttribute"/>.
/// </summary>
public static class RecoveryScenarios
{
    /// <summary>The answer of a commit is lost.</summary>
    public const string LostAnswer = "CR-CORE-001";

    /// <summary>The hold of a commit has expired.</summary>
    public const string ExpiredHold = "CR-CORE-002";

    /// <summary>A heartbeat gets no answer.</summary>
    public const string LostHeartbeat = "CR-CORE-003";

    /// <summary>An answer looks like success and is not valid.</summary>
    public const string InvalidSuccess = "CR-CORE-004";

    /// <summary>The process dies in its first commit.</summary>
    public const string DeadInFirstCommit = "CR-DURABLE-001";

    /// <summary>A replayed commit has expired, and the process dies again.</summary>
    public const string ExpiredReplay = "CR-DURABLE-002";

    /// <summary>The server asked for time, and the process dies within it.</summary>
    public const string ThrottledRestart = "CR-DURABLE-003";

    /// <summary>The key has changed between two processes.</summary>
    public const string RotatedKey = "CR-DURABLE-004";

    /// <summary>The journal holds what can't be read.</summary>
    public const string UnreadableRecords = "CR-DURABLE-005";

    /// <summary>Two processes replay the same record.</summary>
    public const string ConcurrentReplay = "CR-DURABLE-006";

    /// <summary>Ids whose older file names are the same.</summary>
    public const string CollidingNames = "CR-DURABLE-007";

    /// <summary>Nobody knows what the action cost.</summary>
    public const string MissingActual = "CR-BOUNDARY-001";

    public static IReadOnlyList<string> All { get; } =
    [
        LostAnswer,
        ExpiredHold,
        LostHeartbeat,
        InvalidSuccess,
        DeadInFirstCommit,
        ExpiredReplay,
        ThrottledRestart,
        RotatedKey,
        UnreadableRecords,
        ConcurrentReplay,
        CollidingNames,
        MissingActual,
    ];
}
