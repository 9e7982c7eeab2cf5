using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>A wrapper that hides what is inside.</summary>
internal sealed class Opaque(AIFunction inner) : AIFunction
{
    public override string Name => inner.Name;

    public override JsonElement JsonSchema => inner.JsonSchema;

    protected override ValueTask<object?> InvokeCoreAsync(
        AIFunctionArguments arguments,
        CancellationToken cancellationToken
    ) => inner.InvokeAsync(arguments, cancellationToken);
}
