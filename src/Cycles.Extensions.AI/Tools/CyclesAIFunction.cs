using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>A function that asks a Cycles authority before it runs, and is charged once it has.</summary>
/// <remarks>
/// <para>
/// A call that is denied does not run; <see cref="ToolTerms.WhenDenied"/> says what becomes of it. A call that throws, or
/// an MCP tool's that returns an error, gives its hold back, unless <see cref="ToolTerms.HasSideEffects"/>. A failure to
/// reserve (<see cref="CyclesException"/>) leaves the function: it does not run then either.
/// </para>
/// <para>
/// What the function is for others stays: name, schema, and that a human has to approve it; it reserves when it runs,
/// not when it is asked for. Nothing of arguments or results leaves the process. As thread-safe as the function inside.
/// </para>
/// </remarks>
public sealed class CyclesAIFunction : DelegatingAIFunction
{
    private readonly ToolGuard _guard;
    private readonly ToolTerms _declared;

    internal CyclesAIFunction(AIFunction inner, ToolGuard guard, ToolTerms declared)
        : base(inner)
    {
        _guard = guard;
        _declared = declared;
        var name = ToolNames.Of(inner);
        Action = guard.ActionOf(name, declared);
        guard.Meet(name, declared);
    }

    /// <summary>What it asks for; the kind may differ for a call that <see cref="ToolPolicy.Resolve"/> decides.</summary>
    public CyclesAction Action { get; }

    /// <inheritdoc />
    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(CyclesAction) ? Action : base.GetService(serviceType, serviceKey);

    /// <inheritdoc />
    protected override ValueTask<object?> InvokeCoreAsync(
        AIFunctionArguments arguments,
        CancellationToken cancellationToken
    ) =>
        GuardedCall.RunAsync(
            _guard,
            new ToolCall(Action.Name, arguments),
            _declared,
            () => base.InvokeCoreAsync(arguments, cancellationToken),
            cancellationToken
        );
}
