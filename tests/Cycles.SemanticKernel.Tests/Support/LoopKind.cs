namespace Cycles.SemanticKernel.Tests;

/// <summary>Who calls the functions that a model asks for.</summary>
public enum LoopKind
{
    /// <summary>The function-invoking chat client of Semantic Kernel, each model turn guarded inside of it.</summary>
    ChatClient,

    /// <summary>The OpenAI connector's own loop.</summary>
    Connector,
}
