namespace Cycles;

/// <summary>Which of its bodies a record sends.</summary>
public enum JournalMode
{
    /// <summary>The commit of its hold.</summary>
    Commit = 1,

    /// <summary>The event, because the hold has expired or there never was one.</summary>
    Event = 2,
}
