namespace Cycles;

/// <summary>What is about to be done (protocol schema <c>Action</c>).</summary>
/// <param name="Kind">
/// <c>category.operation</c>, such as <c>llm.completion</c> or <c>message.email</c>; 1 to 64 characters, not blank.
/// </param>
/// <param name="Name">The model, tool or provider, such as <c>gpt-4o</c>; 1 to 256 characters, not blank.</param>
public sealed record CyclesAction(string Kind, string Name)
{
    /// <summary>Policy tags, at most 10, each at most 64 characters.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Finds the first field that the protocol would refuse.</summary>
    /// <returns>The field and its bounds, or <see langword="null"/> when all is well.</returns>
    public ValidationFinding? Validate() =>
        Check.Text("action.kind", Kind, 64) ?? Check.Text("action.name", Name, 256) ?? Check.Tags(Tags);
}
