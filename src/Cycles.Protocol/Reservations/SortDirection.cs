namespace Cycles;

/// <summary>Which way a list is sorted (protocol schema <c>SortDirection</c>).</summary>
public enum SortDirection
{
    /// <summary>Largest or newest first: the default.</summary>
    Descending = 0,

    /// <summary>Smallest or oldest first.</summary>
    Ascending = 1,
}
