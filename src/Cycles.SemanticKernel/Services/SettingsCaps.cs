using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel;

/// <summary>Puts caps on the settings of a call: on a clone, so that the caller's instance survives.</summary>
internal static class SettingsCaps
{
    /// <summary>What the settings of all connectors call it, on the wire and as a property.</summary>
    private const string MaxTokens = "max_tokens";
    private const string MaxTokensProperty = "MaxTokens";

    /// <returns>The same instance where the caps change nothing.</returns>
    public static PromptExecutionSettings? Apply(
        Caps? caps,
        PromptExecutionSettings? settings,
        ChatHistory history,
        Kernel? kernel
    )
    {
        if (caps is null)
        {
            return settings;
        }

        var asked = MaxTokensOf(settings);
        var most = caps.MaxTokens is { } cap
            ? Math.Min(asked ?? int.MaxValue, (int)Math.Min(cap, int.MaxValue))
            : asked;
        var left = Left(caps, settings, history, kernel, out var choice);
        if (most == asked && left is null)
        {
            return settings;
        }

        var capped = settings?.Clone() ?? new PromptExecutionSettings();
        if (most != asked)
        {
            SetMaxTokens(capped, most);
        }

        if (left is not null)
        {
            capped.FunctionChoiceBehavior = Offer(left, choice!);
        }

        return capped;
    }

    public static int? MaxTokensOf(PromptExecutionSettings? settings) =>
        settings is null ? null
        : PropertyOf(settings) is { } property ? (int?)property.GetValue(settings)
        : settings.ExtensionData?.TryGetValue(MaxTokens, out var value) != true ? null
        : value is JsonElement json ? (json.TryGetInt32(out var number) ? number : null)
        : value is IConvertible ? Convert.ToInt32(value, CultureInfo.InvariantCulture)
        : null;

    /// <summary>What a model may be offered with these settings.</summary>
    public static IList<AITool>? FunctionsOf(PromptExecutionSettings? settings, ChatHistory history, Kernel? kernel) =>
        Configuration(settings, history, kernel)?.Functions is { } functions ? [.. functions] : null;

    private static FunctionChoiceBehaviorConfiguration? Configuration(
        PromptExecutionSettings? settings,
        ChatHistory history,
        Kernel? kernel
    ) => settings?.FunctionChoiceBehavior?.GetConfiguration(new(history) { Kernel = kernel });

    /// <summary>What is left of the functions; null where that is all of them.</summary>
    private static List<KernelFunction>? Left(
        Caps caps,
        PromptExecutionSettings? settings,
        ChatHistory history,
        Kernel? kernel,
        out FunctionChoiceBehaviorConfiguration? choice
    )
    {
        choice = Configuration(settings, history, kernel);
        if (choice?.Functions is not { Count: > 0 } functions)
        {
            return null;
        }

        var left = caps.MaxStepsRemaining is 0
            ? []
            : functions.Where(function => caps.Allows(KernelTool.NameOf(function))).ToList();
        return left.Count < functions.Count ? left : null;
    }

    /// <summary>The same choice among fewer functions; none at all where none is left to choose.</summary>
    private static FunctionChoiceBehavior? Offer(
        List<KernelFunction> left,
        FunctionChoiceBehaviorConfiguration choice
    ) =>
        left.Count == 0 ? null
        : choice.Choice == FunctionChoice.Required
            ? FunctionChoiceBehavior.Required(left, choice.AutoInvoke, choice.Options)
        : choice.Choice == FunctionChoice.None ? FunctionChoiceBehavior.None(left, choice.Options)
        : FunctionChoiceBehavior.Auto(left, choice.AutoInvoke, choice.Options);

    private static void SetMaxTokens(PromptExecutionSettings settings, int? most)
    {
        if (PropertyOf(settings) is { } property)
        {
            property.SetValue(settings, most);
        }
        else
        {
            settings.ExtensionData ??= new Dictionary<string, object>();
            settings.ExtensionData[MaxTokens] = most!;
        }
    }

    private static PropertyInfo? PropertyOf(PromptExecutionSettings settings) =>
        settings.GetType().GetProperty(MaxTokensProperty) is { CanWrite: true } property
        && property.PropertyType == typeof(int?)
            ? property
            : null;
}
