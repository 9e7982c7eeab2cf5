using System.Text.Json;

namespace Cycles;

/// <summary>
/// What callers hand in, copied: they may go on changing a list or dispose a document as soon as the call returns, while
/// a repeat has to send the same bytes.
/// </summary>
internal static class Copies
{
    public static IReadOnlyDictionary<string, JsonElement>? Of(IReadOnlyDictionary<string, JsonElement>? data)
    {
        if (data is null)
        {
            return null;
        }

        var clone = new Dictionary<string, JsonElement>(data.Count, StringComparer.Ordinal);
        foreach (var (key, value) in data)
        {
            // An element that was never set can't be cloned; validation names it.
            clone[key] = value.ValueKind == JsonValueKind.Undefined ? value : value.Clone();
        }

        return clone;
    }

    /// <remarks>Validation names a null action.</remarks>
    public static CyclesAction Of(CyclesAction action) =>
        action?.Tags is { } tags ? action with { Tags = [.. tags] } : action!;

    public static Subject Of(Subject subject) =>
        subject.Dimensions is { } dimensions
            ? subject with
            {
                Dimensions = new Dictionary<string, string>(dimensions, StringComparer.Ordinal),
            }
            : subject;

    public static CyclesMetrics? Of(CyclesMetrics? metrics) =>
        metrics?.Custom is null ? metrics : metrics with { Custom = Of(metrics.Custom) };

    public static IReadOnlyDictionary<string, JsonElement> With(
        IReadOnlyDictionary<string, JsonElement>? data,
        params ReadOnlySpan<(string Key, string Value)> additions
    )
    {
        var result = data is null
            ? new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            : new Dictionary<string, JsonElement>(data, StringComparer.Ordinal);
        foreach (var (key, value) in additions)
        {
            result[key] = JsonSerializer.SerializeToElement(value, CyclesJsonContext.Default.String);
        }

        return result;
    }
}
