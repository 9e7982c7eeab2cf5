namespace Cycles.Authority.Tests;

/// <summary>What a random history does next. The numbers are read as each kind needs them.</summary>
public sealed record Move(MoveKind Kind, int Levels, long Amount, int Pick, CommitOveragePolicy? Policy);
