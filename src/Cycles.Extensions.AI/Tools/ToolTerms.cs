namespace Cycles.Extensions.AI;

/// <summary>What a call of a tool costs, and how it is guarded. What is null is left to the next source, then to the default.</summary>
/// <remarks>Set it up before the tools are guarded; changes made later have no effect.</remarks>
public sealed class ToolTerms
{
    /// <summary>
    /// What one call holds and, once the tool has run, costs; in any unit. 0 lets the tool run without asking the
    /// authority at all.
    /// </summary>
    public Amount? Estimate { get; set; }

    /// <summary>The action's kind, <c>category.operation</c>, 1 to 64 characters; default <c>tool.call</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>
    /// The group of tools that pays, the subject's last level: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>; default
    /// that of the subject.
    /// </summary>
    public string? Toolset { get; set; }

    /// <summary>
    /// Whether a call that fails may have done something all the same: then it is charged, otherwise the hold goes back.
    /// Default false.
    /// </summary>
    public bool? HasSideEffects { get; set; }

    /// <summary>What becomes of a denied call; default <see cref="DenialMode.Skip"/>.</summary>
    public DenialMode? WhenDenied { get; set; }

    internal ToolTerms FilledFrom(ToolTerms? others) =>
        others is null
            ? this
            : new ToolTerms
            {
                Estimate = Estimate ?? others.Estimate,
                Kind = Kind ?? others.Kind,
                Toolset = Toolset ?? others.Toolset,
                HasSideEffects = HasSideEffects ?? others.HasSideEffects,
                WhenDenied = WhenDenied ?? others.WhenDenied,
            };

    /// <summary>The first thing in it that no authority would take; null when all is well.</summary>
    internal string? Problem() =>
        Estimate switch
        {
            { Value: < 0 } negative => $"Estimate must be 0 or more but was {negative}.",
            { Unit: AmountUnit.Unset } => "Estimate must have a unit, such as Amount.RiskPoints(50).",
            _ when Kind is not null && new CyclesAction(Kind, "tool").Validate() is { } finding =>
                $"Kind {finding.Problem}.",
            _ when Toolset is not null && new Subject { Toolset = Toolset }.Validate() is { } finding =>
                $"Toolset {finding.Problem}.",
            _ when WhenDenied is { } mode && !Enum.IsDefined(mode) => $"WhenDenied has no value {(int)mode}.",
            _ => null,
        };

    /// <summary>These terms, copied, or an exception that says what is wrong with whose terms.</summary>
    internal ToolTerms Checked(string whose, string parameter) =>
        Problem() is { } problem
            ? throw new ArgumentException($"{whose}: {problem}", parameter)
            : (ToolTerms)MemberwiseClone();
}
