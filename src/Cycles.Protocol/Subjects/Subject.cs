namespace Cycles;

/// <summary>
/// Who an action is for and who takes it: up to six levels, each of which may carry a budget, and free dimensions for
/// reporting (protocol schema <c>Subject</c>). At least one level is needed.
/// </summary>
/// <remarks>
/// A level's value has 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>; budgets compare it in lower case.
/// Immutable and safe to share. Record equality compares <see cref="Dimensions"/> by reference.
/// </remarks>
public sealed record Subject
{
    /// <summary>How many levels there are.</summary>
    public const int LevelCount = 6;

    /// <summary>The customer whose money it is.</summary>
    public string? Tenant { get; init; }

    /// <summary>An environment or department of the tenant.</summary>
    public string? Workspace { get; init; }

    /// <summary>An application.</summary>
    public string? App { get; init; }

    /// <summary>A workflow or one run of it.</summary>
    public string? Workflow { get; init; }

    /// <summary>An agent.</summary>
    public string? Agent { get; init; }

    /// <summary>A group of tools.</summary>
    public string? Toolset { get; init; }

    /// <summary>Free labels for reporting, at most 16, each value at most 256 characters. They do not budget.</summary>
    public IReadOnlyDictionary<string, string>? Dimensions { get; init; }

    /// <summary>The value of one level, or <see langword="null"/> where it is not given.</summary>
    /// <param name="level">One of the six levels.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="level"/> is none of the six.</exception>
    public string? this[SubjectLevel level] =>
        level switch
        {
            SubjectLevel.Tenant => Tenant,
            SubjectLevel.Workspace => Workspace,
            SubjectLevel.App => App,
            SubjectLevel.Workflow => Workflow,
            SubjectLevel.Agent => Agent,
            SubjectLevel.Toolset => Toolset,
            _ => throw new ArgumentOutOfRangeException(nameof(level), level, "A subject has six levels."),
        };

    /// <summary>This subject with each level, and each dimension, that it leaves open taken from another.</summary>
    /// <param name="defaults">Where open levels come from.</param>
    /// <returns>The filled subject; this instance when nothing was open or nothing was given.</returns>
    public Subject FilledFrom(Subject? defaults) =>
        defaults is null || ReferenceEquals(defaults, this)
            ? this
            : new Subject
            {
                Tenant = Tenant ?? defaults.Tenant,
                Workspace = Workspace ?? defaults.Workspace,
                App = App ?? defaults.App,
                Workflow = Workflow ?? defaults.Workflow,
                Agent = Agent ?? defaults.Agent,
                Toolset = Toolset ?? defaults.Toolset,
                Dimensions = Filled(Dimensions, defaults.Dimensions),
            };

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate()
    {
        var given = false;
        for (var level = SubjectLevel.Tenant; level <= SubjectLevel.Toolset; level++)
        {
            if (this[level] is not { } value)
            {
                continue;
            }

            given = true;
            if (Check.SubjectValue(value) is { } problem)
            {
                return new ValidationFinding($"subject.{Check.NameOf(level)}", problem);
            }
        }

        return given
            ? Check.Dimensions(Dimensions)
            : new ValidationFinding(
                "subject",
                "must name at least one of tenant, workspace, app, workflow, agent or toolset"
            );
    }

    private static IReadOnlyDictionary<string, string>? Filled(
        IReadOnlyDictionary<string, string>? given,
        IReadOnlyDictionary<string, string>? defaults
    )
    {
        if (given is null || defaults is null || defaults.Keys.All(given.ContainsKey))
        {
            return given ?? defaults;
        }

        var filled = new Dictionary<string, string>(defaults);
        foreach (var (name, value) in given)
        {
            filled[name] = value;
        }

        return filled;
    }
}
