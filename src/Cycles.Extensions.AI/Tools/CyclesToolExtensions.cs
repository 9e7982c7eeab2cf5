using Cycles;
using Cycles.Extensions.AI;

namespace Microsoft.Extensions.AI;

/// <summary>Guards tools: each call asks a Cycles authority first.</summary>
public static class CyclesToolExtensions
{
    /// <summary>A function that asks before it runs.</summary>
    /// <param name="function">What to guard.</param>
    /// <param name="cycles">Who asks.</param>
    /// <param name="configure">
    /// What a call costs; begins with what the function says itself (<see cref="CyclesCostAttribute"/>).
    /// </param>
    /// <returns>The guarded function.</returns>
    /// <exception cref="ArgumentException">
    /// The function is guarded already, nothing says what it costs, or a term is out of its range.
    /// </exception>
    public static AIFunction WithCycles(
        this AIFunction function,
        CyclesClient cycles,
        Action<ToolTerms>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(cycles);
        var terms = CyclesCostAttribute.TermsOf(
            function.Name,
            function.UnderlyingMethod,
            function.AdditionalProperties
        );
        configure?.Invoke(terms);
        terms = terms.Checked($"The terms of the tool '{function.Name}'", nameof(configure));
        return terms.Estimate is not null
            ? Guard(function, new ToolGuard(cycles, new ToolPolicy()), terms)
            : throw new ArgumentException(
                $"Nothing says what the tool '{function.Name}' costs. Set Estimate, or put [CyclesCost] on its method; 0 lets it run without asking.",
                nameof(configure)
            );
    }

    /// <summary>A function that asks before it runs, by a policy.</summary>
    /// <param name="function">What to guard.</param>
    /// <param name="cycles">Who asks.</param>
    /// <param name="policy">What it costs.</param>
    /// <returns>The guarded function.</returns>
    /// <exception cref="ArgumentException">The function is guarded already, or a term is out of its range.</exception>
    public static AIFunction WithCycles(this AIFunction function, CyclesClient cycles, ToolPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Guard(function, NewGuard(cycles, policy), TermsOf(function));
    }

    /// <summary>The same tools, with each function asking before it runs, by one policy.</summary>
    /// <remarks>
    /// What this process does not run passes through: declarations, and tools that the provider hosts. A function that is
    /// guarded already keeps its guard.
    /// </remarks>
    /// <param name="tools">What to guard.</param>
    /// <param name="cycles">Who asks.</param>
    /// <param name="policy">What each costs.</param>
    /// <returns>A new list, in the same order.</returns>
    /// <exception cref="ArgumentException">A term is out of its range.</exception>
    public static IList<AITool> WithCycles(this IEnumerable<AITool> tools, CyclesClient cycles, ToolPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var guard = NewGuard(cycles, policy);
        return
        [
            .. tools.Select(tool =>
                tool is AIFunction function && !IsGuarded(function) ? Guard(function, guard, TermsOf(function)) : tool
            ),
        ];
    }

    /// <inheritdoc cref="WithCycles(IEnumerable{AITool}, CyclesClient, ToolPolicy)" />
    /// <param name="tools">What to guard.</param>
    /// <param name="cycles">Who asks.</param>
    /// <param name="configure">Says what each costs.</param>
    public static IList<AITool> WithCycles(
        this IEnumerable<AITool> tools,
        CyclesClient cycles,
        Action<ToolPolicy>? configure = null
    )
    {
        var policy = new ToolPolicy();
        configure?.Invoke(policy);
        return tools.WithCycles(cycles, policy);
    }

    internal static bool IsGuarded(AIFunction function) => function.GetService<CyclesAIFunction>() is not null;

    internal static ToolTerms TermsOf(AIFunction function) =>
        CyclesCostAttribute.TermsOf(function.Name, function.UnderlyingMethod, function.AdditionalProperties);

    private static ToolGuard NewGuard(CyclesClient cycles, ToolPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(cycles);
        ArgumentNullException.ThrowIfNull(policy);
        return new ToolGuard(cycles, policy);
    }

    private static CyclesAIFunction Guard(AIFunction function, ToolGuard guard, ToolTerms terms) =>
        !IsGuarded(function)
            ? new CyclesAIFunction(function, guard, terms)
            : throw new ArgumentException(
                $"The tool '{function.Name}' is guarded already; a second guard would charge its calls twice.",
                nameof(function)
            );
}
