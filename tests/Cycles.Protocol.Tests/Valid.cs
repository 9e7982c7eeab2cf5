using System.Text.Json;

namespace Cycles.Protocol.Tests;

/// <summary>One valid request of each kind with nothing optional in it; tests change one field with <c>with</c>.</summary>
internal static class Valid
{
    public static Subject Subject { get; } = new() { Tenant = "acme" };

    public static CyclesAction Action { get; } = new("llm.completion", "gpt-4o");

    public static DecisionRequest Decision { get; } =
        new()
        {
            IdempotencyKey = "key-1",
            Subject = Subject,
            Action = Action,
            Estimate = Amount.Tokens(10),
        };

    public static ReservationCreateRequest Reserve { get; } =
        new()
        {
            IdempotencyKey = "key-1",
            Subject = Subject,
            Action = Action,
            Estimate = Amount.Tokens(10),
        };

    public static CommitRequest Commit { get; } = new() { IdempotencyKey = "key-1", Actual = Amount.Tokens(10) };

    public static ReleaseRequest Release { get; } = new() { IdempotencyKey = "key-1" };

    public static ReservationExtendRequest Extend { get; } = new() { IdempotencyKey = "key-1", ExtendByMs = 1_000 };

    public static EventCreateRequest Event { get; } =
        new()
        {
            IdempotencyKey = "key-1",
            Subject = Subject,
            Action = Action,
            Actual = Amount.Tokens(10),
        };

    public static BalanceQuery Balances { get; } = new() { Subject = Subject };

    /// <summary>Free data from JSON text.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Data(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(member => member.Name, m => m.Value.Clone());
    }
}
