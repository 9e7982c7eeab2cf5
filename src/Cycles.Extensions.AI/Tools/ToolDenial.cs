namespace Cycles.Extensions.AI;

/// <summary>A tool call that was refused: by the budget, by caps, or because nothing says what it costs.</summary>
public sealed record ToolDenial
{
    /// <summary>The tool that did not run.</summary>
    public required string Tool { get; init; }

    /// <summary>Who said no, and why, with all that is known; not meant for the model.</summary>
    public required Denial Denial { get; init; }

    /// <summary>
    /// What the model reads instead of a result: what was denied, the reason code, and whether waiting helps. It names
    /// neither amounts nor scopes.
    /// </summary>
    public string Text => DenialText.Of(this);
}
