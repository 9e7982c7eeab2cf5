using System.Collections.ObjectModel;
using System.Text.Json;

namespace Cycles.Authority;

/// <summary>
/// What callers hand in, copied before it is looked at: they may go on changing it, or dispose the document it lies in,
/// and no code of theirs may run while a ledger is half changed.
/// </summary>
internal static class Kept
{
    public static DecisionRequest Of(DecisionRequest request) =>
        request with
        {
            Subject = Of(request.Subject),
            Action = Of(request.Action),
            Metadata = Of(request.Metadata),
        };

    public static ReservationCreateRequest Of(ReservationCreateRequest request) =>
        IsPlain(request.Subject, request.Action) && request.Metadata is null
            ? request
            : request with
            {
                Subject = Of(request.Subject),
                Action = Of(request.Action),
                Metadata = Of(request.Metadata),
            };

    public static CommitRequest Of(CommitRequest request) =>
        request.Metrics is null && request.Metadata is null
            ? request
            : request with
            {
                Metrics = Of(request.Metrics),
                Metadata = Of(request.Metadata),
            };

    public static ReservationExtendRequest Of(ReservationExtendRequest request) =>
        request with
        {
            Metadata = Of(request.Metadata),
        };

    public static EventCreateRequest Of(EventCreateRequest request) =>
        request with
        {
            Subject = Of(request.Subject),
            Action = Of(request.Action),
            Metrics = Of(request.Metrics),
            Metadata = Of(request.Metadata),
        };

    public static Caps? Of(Caps? caps) =>
        caps is null
            ? null
            : caps with
            {
                ToolAllowlist = caps.ToolAllowlist is { } allowed ? [.. allowed] : null,
                ToolDenylist = caps.ToolDenylist is { } denied ? [.. denied] : null,
            };

    // A null subject or action is validation's to name.
    private static bool IsPlain(Subject? subject, CyclesAction? action) =>
        subject?.Dimensions is null && action?.Tags is null;

    private static Subject Of(Subject subject) =>
        subject?.Dimensions is { } dimensions
            ? subject with
            {
                Dimensions = new ReadOnlyDictionary<string, string>(
                    new Dictionary<string, string>(dimensions, StringComparer.Ordinal)
                ),
            }
            : subject!;

    private static CyclesAction Of(CyclesAction action) =>
        action?.Tags is { } tags ? action with { Tags = [.. tags] } : action!;

    private static CyclesMetrics? Of(CyclesMetrics? metrics) =>
        metrics?.Custom is null ? metrics : metrics with { Custom = Of(metrics.Custom) };

    private static ReadOnlyDictionary<string, JsonElement>? Of(IReadOnlyDictionary<string, JsonElement>? data)
    {
        if (data is null)
        {
            return null;
        }

        var kept = new Dictionary<string, JsonElement>(data.Count, StringComparer.Ordinal);
        foreach (var (name, value) in data)
        {
            // An element that was never set cannot be cloned; validation names it.
            kept.Add(name, value.ValueKind == JsonValueKind.Undefined ? value : value.Clone());
        }

        return new ReadOnlyDictionary<string, JsonElement>(kept);
    }
}
