using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel;

/// <summary>Puts what was granted on the settings of a call: on a clone, so that the caller's instance survives.</summary>
internal static class SettingsCaps
{
    /// <summary>What the settings of all connectors call it, on the wire and as a property.</summary>
    private const string MaxTokens = "max_tokens";
    private const string MaxTokensProperty = "MaxTokens";

    /// <returns>The same instance where nothing else was granted than was asked for.</returns>
    public static PromptExecutionSettings? Apply(
        ChatOptions asked,
        ChatOptions? granted,
        PromptExecutionSettings? settings,
        FunctionChoiceBehaviorConfiguration? choice
    )
    {
        if (granted is null || ReferenceEquals(asked, granted))
        {
            return settings;
        }

        var capped = settings?.Clone() ?? new PromptExecutionSettings();
        if (granted.ModelId != asked.ModelId)
        {
            capped.ModelId = granted.ModelId;
        }

        if (granted.MaxOutputTokens != asked.MaxOutputTokens)
        {
            SetMaxTokens(capped, granted.MaxOutputTokens);
        }

        if (choice is not null && granted.Tools?.Count != asked.Tools?.Count)
        {
            capped.FunctionChoiceBehavior = Offer([.. granted.Tools?.OfType<KernelFunction>() ?? []], choice);
        }

        return capped;
    }

    /// <summary>What a model may be offered with these settings, and what becomes of what it asks for.</summary>
    public static FunctionChoiceBehaviorConfiguration? ChoiceOf(
        PromptExecutionSettings? settings,
        ChatHistory history,
        Kernel? kernel,
        int turn = 0
    ) =>
        settings?.FunctionChoiceBehavior?.GetConfiguration(
            new(history) { Kernel = kernel, RequestSequenceIndex = turn }
        );

    public static int? MaxTokensOf(PromptExecutionSettings? settings) =>
        settings is null ? null
        : PropertyOf(settings) is { } property ? (int?)property.GetValue(settings)
        : settings.ExtensionData?.TryGetValue(MaxTokens, out var value) != true ? null
        : value is JsonElement json ? (json.TryGetInt32(out var number) ? number : null)
        : value is IConvertible ? Convert.ToInt32(value, CultureInfo.InvariantCulture)
        : null;

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
