namespace Cycles.Extensions.AI;

/// <summary>How the enumeration of a stream ended.</summary>
internal enum StreamEnd
{
    /// <summary>Its consumer stopped early.</summary>
    BrokenOff = 0,

    /// <summary>It was read to its end.</summary>
    Completed,

    /// <summary>It threw, a cancellation included.</summary>
    Failed,
}
