namespace Cycles;

/// <summary>Whether the journal holds an amount: either it does, or its loss may be reported, and never both.</summary>
internal enum Keeping
{
    /// <summary>It does not, or not yet.</summary>
    No,

    /// <summary>It is being written, and nothing can be said of it.</summary>
    Trying,

    /// <summary>It does: the end of the process does not lose it.</summary>
    Yes,

    /// <summary>Its loss was reported, so it must not be kept any more.</summary>
    Never,
}
