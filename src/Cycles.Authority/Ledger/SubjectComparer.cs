namespace Cycles.Authority;

/// <summary>Subjects that say the same, letter by letter: a subject comes back from the authority as it went in.</summary>
internal sealed class SubjectComparer : IEqualityComparer<Subject>
{
    public static SubjectComparer Instance { get; } = new();

    public bool Equals(Subject? x, Subject? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && CanonicalPayload.Equal(x, y));

    public int GetHashCode(Subject obj) =>
        HashCode.Combine(obj.Tenant, obj.Workspace, obj.App, obj.Workflow, obj.Agent, obj.Toolset);
}
