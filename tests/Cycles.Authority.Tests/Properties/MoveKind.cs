namespace Cycles.Authority.Tests;

public enum MoveKind
{
    Reserve,
    Commit,
    Release,
    Extend,
    Event,
    Decide,
    DryRun,
    Replay,
    Mismatch,
    Advance,
    Credit,
    Debit,
    Reset,
    ResetSpent,
    SetLimit,
    Freeze,
    Unfreeze,
}
