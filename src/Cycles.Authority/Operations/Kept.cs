using System.Text.Json;

namespace Cycles.Authority;

/// <summary>Copies of what callers hand in, for keeping: they may go on changing it, or dispose the document it lies in.</summary>
internal static class Kept
{
    public static IReadOnlyDictionary<string, JsonElement>? Of(IReadOnlyDictionary<string, JsonElement>? data)
    {
        if (data is null or { Count: 0 })
        {
            return null;
        }

        var kept = new Dictionary<string, JsonElement>(data.Count);
        foreach (var (name, value) in data)
        {
            kept.Add(name, value.Clone());
        }

        return kept;
    }

    public static Caps? Of(Caps? caps) =>
        caps is null
            ? null
            : caps with
            {
                ToolAllowlist = caps.ToolAllowlist is { } allowed ? [.. allowed] : null,
                ToolDenylist = caps.ToolDenylist is { } denied ? [.. denied] : null,
            };

    public static CyclesMetrics? Of(CyclesMetrics? metrics) =>
        metrics?.Custom is null ? metrics : metrics with { Custom = Of(metrics.Custom) };
}
