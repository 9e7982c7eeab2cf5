namespace Cycles;

/// <summary>The levels of a <see cref="Subject"/> in canonical order, root first (protocol, SCOPE DERIVATION).</summary>
public enum SubjectLevel
{
    /// <summary>The customer whose money it is.</summary>
    Tenant = 0,

    /// <summary>An environment or department of the tenant.</summary>
    Workspace = 1,

    /// <summary>An application.</summary>
    App = 2,

    /// <summary>A workflow or one run of it.</summary>
    Workflow = 3,

    /// <summary>An agent.</summary>
    Agent = 4,

    /// <summary>A group of tools.</summary>
    Toolset = 5,
}
