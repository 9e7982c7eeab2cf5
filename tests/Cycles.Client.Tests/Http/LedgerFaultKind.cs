namespace Cycles.Client.Tests;

/// <summary>Where a fault happens.</summary>
public enum LedgerFaultKind
{
    /// <summary>Nobody listens.</summary>
    Refused,

    /// <summary>The connection is reset before anything is read.</summary>
    ResetBefore,

    /// <summary>The request is read, and the connection reset.</summary>
    ResetAfter,

    /// <summary>The request is read, and nothing follows.</summary>
    Hang,

    /// <summary>The answer breaks off within its body.</summary>
    Truncated,

    /// <summary>A whole answer, and a wrong one.</summary>
    Answered,
}
