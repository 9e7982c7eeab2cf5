namespace Cycles.Authority;

/// <summary>Canonical scopes (protocol, SCOPE DERIVATION): <c>level:value</c> joined by <c>/</c>, root first, lower case.</summary>
internal static class ScopePath
{
    private static readonly string[] Levels = ["tenant", "workspace", "app", "workflow", "agent", "toolset"];

    /// <summary>One cumulative path for each level that the subject gives.</summary>
    public static string[] Derive(Subject subject)
    {
        var paths = new List<string>(Subject.LevelCount);
        for (var level = SubjectLevel.Tenant; level <= SubjectLevel.Toolset; level++)
        {
            if (subject[level] is not { } value)
            {
                continue;
            }

            var segment = Segment(level, value);
            paths.Add(paths.Count == 0 ? segment : $"{paths[^1]}/{segment}");
        }

        return [.. paths];
    }

    public static string Segment(SubjectLevel level, string value) => $"{Levels[(int)level]}:{Canonical(value)}";

    /// <summary>Ids are compared in lower case; their characters are ASCII (see <see cref="Subject"/>).</summary>
    public static string Canonical(string value) => value.ToLowerInvariant();

    /// <summary>Reads a path that an operator wrote.</summary>
    /// <returns>The subject that derives to this path as its leaf, or null when there is none.</returns>
    public static Subject? Parse(string path)
    {
        var subject = new Subject();
        var previous = -1;
        foreach (var segment in path.Split('/'))
        {
            var colon = segment.IndexOf(':', StringComparison.Ordinal);
            var level = colon < 0 ? -1 : Array.IndexOf(Levels, segment[..colon]);
            if (level <= previous)
            {
                return null;
            }

            subject = With(subject, (SubjectLevel)level, segment[(colon + 1)..]);
            previous = level;
        }

        return subject.Validate() is null ? subject : null;
    }

    private static Subject With(Subject subject, SubjectLevel level, string value) =>
        level switch
        {
            SubjectLevel.Tenant => subject with { Tenant = value },
            SubjectLevel.Workspace => subject with { Workspace = value },
            SubjectLevel.App => subject with { App = value },
            SubjectLevel.Workflow => subject with { Workflow = value },
            SubjectLevel.Agent => subject with { Agent = value },
            _ => subject with { Toolset = value },
        };
}
