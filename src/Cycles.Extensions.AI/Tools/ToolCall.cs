namespace Cycles.Extensions.AI;

/// <summary>A call of a tool that is about to be guarded, for callbacks of a <see cref="ToolPolicy"/>.</summary>
/// <remarks>The arguments stay in the process: no request and no log holds them.</remarks>
public sealed class ToolCall
{
    internal ToolCall(string name, IReadOnlyDictionary<string, object?> arguments)
    {
        Name = name;
        Arguments = arguments;
    }

    /// <summary>The tool's name, which is also the action's.</summary>
    public string Name { get; }

    /// <summary>What the tool is called with.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; }

    /// <summary>Says which tool, and never with what.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>The call as the books of a run name it; nothing costs points of no unit.</summary>
    internal RunCall In(ToolTerms terms) => new(Name, terms.Estimate ?? Amount.RiskPoints(0), IsTool: true);
}
