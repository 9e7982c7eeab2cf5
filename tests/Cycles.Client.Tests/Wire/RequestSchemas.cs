using System.Text.Json;

namespace Cycles.Client.Tests;

/// <summary>
/// What the protocol's operations take, transcribed from version 0.1.25.16 by hand: members, which of them are
/// required, their types, bounds and names.
/// </summary>
internal static class RequestSchemas
{
    private static readonly Func<JsonElement, string?> Unit = WireTypes.OneOf(
        "USD_MICROCENTS",
        "TOKENS",
        "CREDITS",
        "RISK_POINTS"
    );

    private static readonly Func<JsonElement, string?> Amount = WireTypes.Record(
        new("unit", Unit, Required: true),
        new("amount", WireTypes.Whole(0), Required: true)
    );

    private static readonly Func<JsonElement, string?> Levels = WireTypes.Record([
        .. LevelNames.Select(name => new WireField(name, WireTypes.Text(1, 128))),
        new("dimensions", WireTypes.Labels(16, 256)),
    ]);

    private static readonly Func<JsonElement, string?> Action = WireTypes.Record(
        new("kind", WireTypes.Text(1, 64), Required: true),
        new("name", WireTypes.Text(1, 256), Required: true),
        new("tags", WireTypes.Many(WireTypes.Text(0, 64), 10))
    );

    private static readonly Func<JsonElement, string?> Policy = WireTypes.OneOf(
        "REJECT",
        "ALLOW_IF_AVAILABLE",
        "ALLOW_WITH_OVERDRAFT"
    );

    private static readonly Func<JsonElement, string?> Metrics = WireTypes.Record(
        new("tokens_input", WireTypes.Whole(0)),
        new("tokens_output", WireTypes.Whole(0)),
        new("latency_ms", WireTypes.Whole(0)),
        new("model_version", WireTypes.Text(0, 128)),
        new("custom", WireTypes.Free)
    );

    private static readonly WireField Key = new("idempotency_key", WireTypes.Text(1, 256), Required: true);

    private static readonly WireField Metadata = new("metadata", WireTypes.Free);

    private static readonly WireField Who = new("subject", Subject, Required: true);

    private static readonly WireField What = new("action", Action, Required: true);

    public static Func<JsonElement, string?> Decide { get; } =
        WireTypes.Record(Key, Who, What, new("estimate", Amount, Required: true), Metadata);

    public static Func<JsonElement, string?> Reserve { get; } =
        WireTypes.Record(
            Key,
            Who,
            What,
            new("estimate", Amount, Required: true),
            new("ttl_ms", WireTypes.Whole(1_000, 86_400_000)),
            new("grace_period_ms", WireTypes.Whole(0, 60_000)),
            new("overage_policy", Policy),
            new("dry_run", WireTypes.Flag),
            Metadata
        );

    public static Func<JsonElement, string?> Commit { get; } =
        WireTypes.Record(Key, new("actual", Amount, Required: true), new("metrics", Metrics), Metadata);

    public static Func<JsonElement, string?> Release { get; } =
        WireTypes.Record(Key, new("reason", WireTypes.Text(0, 256)));

    public static Func<JsonElement, string?> Extend { get; } =
        WireTypes.Record(Key, new("extend_by_ms", WireTypes.Whole(1, 86_400_000), Required: true), Metadata);

    public static Func<JsonElement, string?> Event { get; } =
        WireTypes.Record(
            Key,
            Who,
            What,
            new("actual", Amount, Required: true),
            new("overage_policy", Policy),
            new("metrics", Metrics),
            new("client_time_ms", WireTypes.Whole(0)),
            Metadata
        );

    private static string[] LevelNames => ["tenant", "workspace", "app", "workflow", "agent", "toolset"];

    private static string? Subject(JsonElement value) =>
        Levels(value)
        ?? (LevelNames.Any(name => value.TryGetProperty(name, out _)) ? null : "names none of the six levels");
}
