namespace RunawayAgent;

/// <summary>What to run.</summary>
[Flags]
internal enum RunMode
{
    Unguarded = 1,
    Guarded = 2,
    Both = Unguarded | Guarded,
}
