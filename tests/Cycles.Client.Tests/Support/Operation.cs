namespace Cycles.Client.Tests;

/// <summary>The operations of the seam.</summary>
public enum Operation
{
    Decide,
    Create,
    Commit,
    Release,
    Extend,
    Get,
    List,
    Balances,
    Event,
}
