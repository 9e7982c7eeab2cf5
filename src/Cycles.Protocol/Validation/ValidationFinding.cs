namespace Cycles;

/// <summary>One field that the protocol would refuse, and what it would accept.</summary>
/// <param name="Field">The field's path on the wire, such as <c>estimate.amount</c>.</param>
/// <param name="Problem">What is expected and what was found, to be read after the field's name.</param>
public sealed record ValidationFinding(string Field, string Problem)
{
    /// <summary>One sentence: the field, its bounds and what was found.</summary>
    /// <returns>The text that exceptions and INVALID_REQUEST answers carry.</returns>
    public override string ToString() => $"{Field} {Problem}.";
}
