using Cycles.Authority;

namespace Cycles.Benchmarks;

/// <summary>The authority that the benchmarks run on: one tenant, three budgeted scopes, money without end.</summary>
internal static class Ledgers
{
    public static readonly Subject Bot = new()
    {
        Tenant = "acme",
        Workspace = "prod",
        Agent = "bot",
    };

    public static readonly CyclesAction Action = new("llm.completion", "gpt-4o");
    public static readonly Amount Estimate = Amount.UsdMicrocents(500_000);
    public static readonly Amount Actual = Amount.UsdMicrocents(423_000);

    public static ICyclesAuthority Open(Amount? budget = null, long mostFinished = 1_000_000) =>
        OpenAll(budget, mostFinished).ForTenant("acme");

    public static EmbeddedAuthority OpenAll(Amount? budget = null, long mostFinished = 1_000_000)
    {
        var authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { MaxFinishedRecords = mostFinished });
        var allocated = budget ?? Amount.Usd(1_000_000_000);
        authority
            .Administer("acme")
            .Budget("tenant:acme", allocated)
            .Budget("tenant:acme/workspace:prod", allocated)
            .Budget("tenant:acme/workspace:prod/agent:bot", allocated);
        return authority;
    }

    /// <summary>Keys as the client makes them, made beforehand so that their cost is not the ledger's.</summary>
    public static string[] Keys(int count) =>
        Enumerable.Range(0, count).Select(_ => Guid.NewGuid().ToString()).ToArray();

    public static async Task<string> HoldAsync(ICyclesAuthority authority, string key, long? ttlMs = null)
    {
        var held = await authority.CreateReservationAsync(
            new ReservationCreateRequest
            {
                IdempotencyKey = key,
                Subject = Bot,
                Action = Action,
                Estimate = Estimate,
                TtlMs = ttlMs,
            }
        );
        return held.Value!.ReservationId!;
    }

    public static async Task CommitAsync(ICyclesAuthority authority, string reservationId, string key)
    {
        var committed = await authority.CommitReservationAsync(
            reservationId,
            new CommitRequest { IdempotencyKey = key, Actual = Actual }
        );
        _ = committed.Value!.Charged;
    }
}
