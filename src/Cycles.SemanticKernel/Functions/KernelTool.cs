using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel;

/// <summary>A kernel function as a tool: its one name, how else it may be spelled, and what it says of its cost.</summary>
internal static class KernelTool
{
    /// <summary>Semantic Kernel's own, which is not public; without it a prompt function would need an entry.</summary>
    private const string PromptFunctionType = "KernelFunctionFromPrompt";

    private static readonly ToolTerms AtTheService = new() { Estimate = Amount.UsdMicrocents(0) };

    public static string NameOf(KernelFunction function) =>
        string.IsNullOrWhiteSpace(function.Metadata.PluginName)
            ? function.Metadata.Name
            : $"{function.Metadata.PluginName}.{function.Metadata.Name}";

    /// <summary>Lets guards that know nothing of kernels call their functions so too.</summary>
    public static void NameTools()
    {
        ToolNames.Framework = tool => tool.GetService<KernelFunction>() is { } function ? NameOf(function) : null;
        ToolNames.FrameworkSpellings = Spellings;
    }

    /// <summary>
    /// The name itself, as connectors offer it to models, and as chat clients do. Names of plugins and functions have no
    /// dot, so nothing but the separator is one.
    /// </summary>
    private static IReadOnlyList<string> Spellings(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is var dot and > 0
            ? [name, Spelled(name, dot, '-'), Spelled(name, dot, '_')]
            : [name];

    /// <summary>A prompt function's cost is its model call, and the service is charged for that.</summary>
    public static ToolTerms TermsOf(KernelFunction function, string name) =>
        IsPrompt(function) ? AtTheService
        // Semantic Kernel takes over neither the method nor the properties of a plain function.
        : Inside.Of<AIFunction>(function) is { } inner
            ? CyclesCostAttribute.TermsOf(name, inner.UnderlyingMethod, inner.AdditionalProperties)
        : CyclesCostAttribute.TermsOf(
            name,
            function.UnderlyingMethod,
            function.Metadata.AdditionalProperties.AsReadOnly()
        );

    /// <summary>
    /// Whether the function only passes the call on to who asks by itself. So does a prompt of no plugin, which no model
    /// can call: its name may be a new one each time, and would fill a run's summary.
    /// </summary>
    public static bool PassesOn(KernelFunction function) =>
        Inside.Of<AIFunction>(function) switch
        {
            null => IsPrompt(function) && function.Metadata.PluginName is null,
            KernelFunction => true,
            { } inner => inner.GetService<CyclesAIFunction>() is not null,
        };

    private static bool IsPrompt(KernelFunction function) => function.GetType().Name == PromptFunctionType;

    private static string Spelled(string name, int dot, char separator) =>
        string.Concat(name.AsSpan(0, dot), [separator], name.AsSpan(dot + 1));
}
