using System.Globalization;
using Microsoft.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>
/// The usage that a message carries. Each connector puts its provider's own type there, so it is read by the names that
/// those types have in common.
/// </summary>
internal static class MessageUsage
{
    private static readonly string[] Input = ["InputTokenCount", "InputTokens", "PromptTokens"];
    private static readonly string[] Output = ["OutputTokenCount", "OutputTokens", "CompletionTokens"];

    /// <summary>What is reported; null for nothing that can be read.</summary>
    public static UsageDetails? Of(IReadOnlyDictionary<string, object?>? metadata)
    {
        var usage = metadata?.GetValueOrDefault("Usage");
        return usage switch
        {
            null => null,
            UsageDetails details => details,
            UsageContent content => content.Details,
            _ when Number(usage, Output) is { } output => new UsageDetails
            {
                InputTokenCount = Number(usage, Input),
                OutputTokenCount = output,
                CachedInputTokenCount = Property(usage, "InputTokenDetails") is { } details
                    ? Number(details, ["CachedTokenCount"])
                    : null,
            },
            _ => null,
        };
    }

    private static long? Number(object from, string[] names)
    {
        foreach (var name in names)
        {
            if (Property(from, name) is (int or long) and var value)
            {
                return Convert.ToInt64(value, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    private static object? Property(object from, string name) => from.GetType().GetProperty(name)?.GetValue(from);
}
