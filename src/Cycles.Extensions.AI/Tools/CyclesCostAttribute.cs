using System.Reflection;

namespace Cycles.Extensions.AI;

/// <summary>What a call of the method costs when it serves as a tool.</summary>
/// <remarks>
/// A tool without a method of its own carries an <see cref="Amount"/>, a <see cref="ToolTerms"/> or this attribute among
/// its additional properties, under <see cref="PropertyName"/>.
/// </remarks>
/// <param name="amount">How many, 0 or more; 0 lets the tool run without asking the authority at all.</param>
/// <param name="unit">Of what.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CyclesCostAttribute(long amount, AmountUnit unit) : Attribute
{
    /// <summary>The additional property that says the same for a tool without a method: <c>cycles.cost</c>.</summary>
    public const string PropertyName = "cycles.cost";

    private bool? _hasSideEffects;

    /// <summary>How many, 0 or more.</summary>
    public long Amount => amount;

    /// <summary>Of what.</summary>
    public AmountUnit Unit => unit;

    /// <inheritdoc cref="ToolTerms.Kind" />
    public string? Kind { get; set; }

    /// <inheritdoc cref="ToolTerms.Toolset" />
    public string? Toolset { get; set; }

    /// <inheritdoc cref="ToolTerms.HasSideEffects" />
    public bool HasSideEffects
    {
        get => _hasSideEffects ?? false;
        set => _hasSideEffects = value;
    }

    /// <summary>What a tool says of itself: the property before the attribute, since it is nearer to the tool.</summary>
    internal static ToolTerms TermsOf(string tool, MethodInfo? method, IReadOnlyDictionary<string, object?> properties)
    {
        var terms = properties.TryGetValue(PropertyName, out var value)
            ? value switch
            {
                Cycles.Amount estimate => new ToolTerms { Estimate = estimate },
                ToolTerms given => given,
                CyclesCostAttribute cost => cost.ToTerms(),
                _ => throw new ArgumentException(
                    $"The additional property {PropertyName} of the tool '{tool}' must be an Amount, a ToolTerms or a CyclesCostAttribute."
                ),
            }
            : method?.GetCustomAttribute<CyclesCostAttribute>()?.ToTerms();
        return (terms ?? new ToolTerms()).Checked($"What the tool '{tool}' says of its cost", "properties");
    }

    private ToolTerms ToTerms() =>
        new()
        {
            Estimate = new Amount(unit, amount),
            Kind = Kind,
            Toolset = Toolset,
            HasSideEffects = _hasSideEffects,
        };
}
