namespace Cycles.Extensions.AI;

/// <summary>A policy as it stood when it was taken: finds the terms of a tool by its name and by what it says itself.</summary>
internal sealed class ToolRules
{
    private readonly Dictionary<string, ToolTerms> _exact = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, ToolTerms>> _patterns = [];
    private readonly ToolTerms _default;
    private readonly Func<ToolCall, ToolTerms?>? _resolve;

    public ToolRules(ToolPolicy policy)
    {
        foreach (var (name, terms) in policy.Entries)
        {
            var own = terms.Checked($"The entry of '{name}' in the tool policy", nameof(policy));
            if (Glob.IsPattern(name))
            {
                _patterns.Add(new(name, own));
            }
            else
            {
                _exact.Add(name, own);
            }
        }

        _default = policy.Default.Checked("The default of the tool policy", nameof(policy));
        _resolve = policy.Resolve;
    }

    /// <summary>Whether only a call can tell what the tool costs.</summary>
    public bool DependsOnCall(string tool, ToolTerms declared) =>
        _resolve is not null && Entered(tool, declared).Estimate is null;

    /// <summary>What the tool itself says, then its entry, then the patterns.</summary>
    public ToolTerms Entered(string tool, ToolTerms declared)
    {
        var names = ToolNames.SpellingsOf(tool);
        var terms = declared;
        foreach (var name in names)
        {
            terms = terms.FilledFrom(_exact.GetValueOrDefault(name));
        }

        foreach (var (pattern, entry) in _patterns)
        {
            if (names.Any(name => Glob.IsMatch(pattern, name)))
            {
                terms = terms.FilledFrom(entry);
            }
        }

        return terms;
    }

    /// <summary>The terms of one call, and whether anything but the default says what it costs.</summary>
    public (ToolTerms Terms, bool IsConfigured) Of(ToolCall call, ToolTerms declared)
    {
        var terms = Entered(call.Name, declared);
        if (terms.Estimate is null && _resolve?.Invoke(call) is { } resolved)
        {
            terms = terms.FilledFrom(resolved.Checked($"The terms of '{call.Name}' from Resolve", "policy"));
        }

        return (terms.FilledFrom(_default), terms.Estimate is not null);
    }
}
