using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Somebody else's wrapper.</summary>
internal sealed class Renamed(AIFunction inner, string name) : DelegatingAIFunction(inner)
{
    public override string Name => name;
}
