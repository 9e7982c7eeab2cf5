using System.Text.Json;

namespace Cycles;

/// <summary>Free JSON data on its way in: the caller's documents may be disposed as soon as the call returns.</summary>
internal static class JsonData
{
    public static IReadOnlyDictionary<string, JsonElement>? Clone(IReadOnlyDictionary<string, JsonElement>? data)
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

    public static CyclesMetrics? Clone(CyclesMetrics? metrics) =>
        metrics?.Custom is null ? metrics : metrics with { Custom = Clone(metrics.Custom) };

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
