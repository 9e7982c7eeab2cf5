using System.Text.Json;
using static Cycles.Authority.AspNetCore.Tests.Schemas;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>
/// The protocol's schemas, transcribed by hand: required members, types, bounds and enumerations. Independent of the
/// code under test.
/// </summary>
internal static class WireSchemas
{
    private const string Name = "^[A-Za-z0-9_.-]+$";
    private const string NotBlank = @"\S";

    private static Schema Key => Str(1, 256);

    private static Schema Unit => OneOf("USD_MICROCENTS", "TOKENS", "CREDITS", "RISK_POINTS");

    private static Schema Policy => OneOf("REJECT", "ALLOW_IF_AVAILABLE", "ALLOW_WITH_OVERDRAFT");

    private static Schema Status => OneOf("ACTIVE", "COMMITTED", "RELEASED", "EXPIRED");

    private static Schema Scopes => List(Str(1));

    private static Schema Free => Map(Anything);

    private static Schema Amount => Obj(false, ("unit!", Unit), ("amount!", Int(0)));

    private static Schema SignedAmount => Obj(false, ("unit!", Unit), ("amount!", Int()));

    private static Schema Subject(bool asked) =>
        Obj(
                asked,
                ("tenant", Str(1, 128, Name)),
                ("workspace", Str(1, 128, Name)),
                ("app", Str(1, 128, Name)),
                ("workflow", Str(1, 128, Name)),
                ("agent", Str(1, 128, Name)),
                ("toolset", Str(1, 128, Name)),
                ("dimensions", Map(Str(0, 256), 16))
            )
            .And(subject =>
                subject
                    .EnumerateObject()
                    .Any(member => member.Name != "dimensions" && member.Value.ValueKind == JsonValueKind.String)
                    ? null
                    : "no level"
            );

    private static Schema Action(bool asked) =>
        Obj(asked, ("kind!", Str(1, 64, NotBlank)), ("name!", Str(1, 256, NotBlank)), ("tags", List(Str(0, 64), 10)));

    private static Schema Metrics =>
        Obj(
            true,
            ("tokens_input", Int(0)),
            ("tokens_output", Int(0)),
            ("latency_ms", Int(0)),
            ("model_version", Str(0, 128)),
            ("custom", Free)
        );

    private static Schema Caps =>
        Obj(
            false,
            ("max_tokens", Int(0)),
            ("max_steps_remaining", Int(0)),
            ("tool_allowlist", List(Str(0, 256))),
            ("tool_denylist", List(Str(0, 256))),
            ("cooldown_ms", Int(0))
        );

    private static Schema Balance =>
        Obj(
                false,
                ("scope!", Str(1)),
                ("scope_path!", Str(1)),
                ("remaining!", SignedAmount),
                ("reserved", Amount),
                ("spent", Amount),
                ("debt", Amount),
                ("allocated", Amount),
                ("overdraft_limit", Amount),
                ("is_over_limit", Bool)
            )
            .And(LedgerAddsUp);

    public static Schema DecisionRequest { get; } =
        Obj(
            true,
            ("idempotency_key!", Key),
            ("subject!", Subject(asked: true)),
            ("action!", Action(asked: true)),
            ("estimate!", Amount),
            ("metadata", Free)
        );

    public static Schema ReservationCreateRequest { get; } =
        Obj(
            true,
            ("idempotency_key!", Key),
            ("subject!", Subject(asked: true)),
            ("action!", Action(asked: true)),
            ("estimate!", Amount),
            ("ttl_ms", Int(1_000, 86_400_000)),
            ("grace_period_ms", Int(0, 60_000)),
            ("overage_policy", Policy),
            ("dry_run", Bool),
            ("metadata", Free)
        );

    public static Schema CommitRequest { get; } =
        Obj(true, ("idempotency_key!", Key), ("actual!", Amount), ("metrics", Metrics), ("metadata", Free));

    public static Schema ReleaseRequest { get; } = Obj(true, ("idempotency_key!", Key), ("reason", Str(0, 256)));

    public static Schema ReservationExtendRequest { get; } =
        Obj(true, ("idempotency_key!", Key), ("extend_by_ms!", Int(1, 86_400_000)), ("metadata", Free));

    public static Schema EventCreateRequest { get; } =
        Obj(
            true,
            ("idempotency_key!", Key),
            ("subject!", Subject(asked: true)),
            ("action!", Action(asked: true)),
            ("actual!", Amount),
            ("overage_policy", Policy),
            ("metrics", Metrics),
            ("client_time_ms", Int(0)),
            ("metadata", Free)
        );

    public static Schema DecisionResponse { get; } =
        Obj(
                false,
                ("decision!", OneOf("ALLOW", "ALLOW_WITH_CAPS", "DENY")),
                ("caps", Caps),
                ("reason_code", Str(1, 128)),
                ("retry_after_ms", Int(0)),
                ("affected_scopes", Scopes)
            )
            .And(CapsFollowDecision);

    public static Schema ReservationCreateResponse { get; } =
        Obj(
                false,
                ("decision!", OneOf("ALLOW", "ALLOW_WITH_CAPS", "DENY")),
                ("reservation_id", Str(1, 128)),
                ("reserved", Amount),
                ("expires_at_ms", Int(0)),
                ("remaining_ttl_ms", Int(0)),
                ("scope_path", Str(1)),
                ("affected_scopes!", Scopes),
                ("caps", Caps),
                ("balances", List(Balance)),
                ("reason_code", Str(1, 128)),
                ("retry_after_ms", Int(0))
            )
            .And(CapsFollowDecision)
            .And(LeaseComesWhole);

    public static Schema CommitResponse { get; } =
        Obj(
            false,
            ("status!", OneOf("COMMITTED")),
            ("charged!", Amount),
            ("released", Amount),
            ("balances", List(Balance))
        );

    public static Schema ReleaseResponse { get; } =
        Obj(false, ("status!", OneOf("RELEASED")), ("released!", Amount), ("balances", List(Balance)));

    public static Schema ReservationExtendResponse { get; } =
        Obj(
            false,
            ("status!", OneOf("ACTIVE")),
            ("expires_at_ms!", Int(0)),
            ("remaining_ttl_ms", Int(0)),
            ("balances", List(Balance))
        );

    public static Schema EventCreateResponse { get; } =
        Obj(
            false,
            ("status!", OneOf("APPLIED")),
            ("event_id!", Str(1)),
            ("charged", Amount),
            ("balances", List(Balance))
        );

    private static (string, Schema)[] Reservation { get; } =
    [
        ("reservation_id!", Str(1, 128)),
        ("status!", Status),
        ("idempotency_key", Key),
        ("subject!", Subject(asked: false)),
        ("action!", Action(asked: false)),
        ("reserved!", Amount),
        ("committed", Amount),
        ("created_at_ms!", Int(0)),
        ("expires_at_ms!", Int(0)),
        ("finalized_at_ms", Int(0)),
        ("scope_path!", Str(1)),
        ("affected_scopes!", Scopes),
        ("metadata", Free),
        ("committed_metadata", Free),
    ];

    public static Schema ReservationDetail { get; } = Obj(false, Reservation);

    public static Schema ReservationListResponse { get; } =
        Obj(false, ("reservations!", List(Obj(false, Reservation))), ("next_cursor", Str(1)), ("has_more", Bool))
            .And(CursorFollowsMore);

    public static Schema BalanceResponse { get; } =
        Obj(false, ("balances!", List(Balance)), ("next_cursor", Str(1)), ("has_more", Bool)).And(CursorFollowsMore);

    public static Schema ErrorResponse { get; } =
        Obj(
            false,
            (
                "error!",
                OneOf(
                    "INVALID_REQUEST",
                    "UNAUTHORIZED",
                    "FORBIDDEN",
                    "NOT_FOUND",
                    "BUDGET_EXCEEDED",
                    "BUDGET_FROZEN",
                    "BUDGET_CLOSED",
                    "RESERVATION_EXPIRED",
                    "RESERVATION_FINALIZED",
                    "IDEMPOTENCY_MISMATCH",
                    "UNIT_MISMATCH",
                    "OVERDRAFT_LIMIT_EXCEEDED",
                    "DEBT_OUTSTANDING",
                    "MAX_EXTENSIONS_EXCEEDED",
                    "LIMIT_EXCEEDED",
                    "TENANT_CLOSED",
                    "INTERNAL_ERROR"
                )
            ),
            ("message!", Str(1)),
            ("request_id!", Str(1)),
            // Optional for servers of old, required of one that conforms (CORRELATION AND TRACING).
            ("trace_id!", Str(32, 32, "^[0-9a-f]{32}$")),
            ("details", Map(Anything, 32))
        );

    private static string? LedgerAddsUp(JsonElement balance)
    {
        long Of(string name) => balance.GetProperty(name).GetProperty("amount").GetInt64();
        string[] parts = ["allocated", "spent", "reserved", "debt"];
        if (!parts.All(name => balance.TryGetProperty(name, out _)))
        {
            return null;
        }

        var units = parts.Append("remaining").Select(name => balance.GetProperty(name).GetProperty("unit").GetString());
        return units.Distinct().Count() > 1 ? "mixed units"
            : Of("remaining") != Of("allocated") - Of("spent") - Of("reserved") - Of("debt")
                ? "the ledger does not add up"
            : null;
    }

    private static string? CapsFollowDecision(JsonElement response) =>
        response.TryGetProperty("caps", out _) == (response.GetProperty("decision").GetString() == "ALLOW_WITH_CAPS")
            ? null
            : "caps without ALLOW_WITH_CAPS, or the other way round";

    private static string? LeaseComesWhole(JsonElement response)
    {
        string[] lease = ["reservation_id", "expires_at_ms", "remaining_ttl_ms"];
        var present = lease.Count(name => response.TryGetProperty(name, out _));
        var isDenied = response.GetProperty("decision").GetString() == "DENY";
        return present == 0 || (present == lease.Length && !isDenied) ? null : "half a lease, or one for a denial";
    }

    private static string? CursorFollowsMore(JsonElement page) =>
        page.TryGetProperty("next_cursor", out _)
        == (page.TryGetProperty("has_more", out var more) && more.ValueKind == JsonValueKind.True)
            ? null
            : "next_cursor without has_more, or the other way round";
}
