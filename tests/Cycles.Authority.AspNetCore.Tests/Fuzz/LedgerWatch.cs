using System.Text.Json;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Looks at the ledger from inside, past HTTP.</summary>
internal sealed class LedgerWatch(EmbeddedAuthority authority, params string[] tenants)
{
    /// <summary>Every figure of every budget, and how many records there are.</summary>
    public async Task<string> ReadAsync()
    {
        var state = new System.Text.StringBuilder();
        foreach (var tenant in tenants)
        {
            state.Append(JsonSerializer.Serialize(await BalancesOf(tenant), CyclesJsonContext.Default.BalanceResponse));
        }

        return state.Append(authority.FinishedRecords).ToString();
    }

    /// <summary>What does not add up; null when everything does.</summary>
    public async Task<string?> FindErrorAsync()
    {
        foreach (var tenant in tenants)
        {
            var held = await HeldAsync(tenant);
            foreach (var balance in (await BalancesOf(tenant)).Balances)
            {
                var remaining =
                    balance.Allocated!.Value.Value
                    - balance.Spent!.Value.Value
                    - balance.Reserved!.Value.Value
                    - balance.Debt!.Value.Value;
                var active = held.GetValueOrDefault((balance.ScopePath, balance.Remaining.Unit));
                if (remaining != balance.Remaining.Value || active != balance.Reserved.Value.Value)
                {
                    return $"{balance}: {active} held by active reservations";
                }
            }
        }

        return null;
    }

    private async Task<BalanceResponse> BalancesOf(string tenant)
    {
        var query = new BalanceQuery
        {
            Subject = new Subject { Tenant = tenant },
            IncludeChildren = true,
            Limit = 200,
        };
        return (await authority.ForTenant(tenant).GetBalancesAsync(query)).Value!;
    }

    private async Task<Dictionary<(string, AmountUnit), long>> HeldAsync(string tenant)
    {
        var held = new Dictionary<(string, AmountUnit), long>();
        string? cursor = null;
        do
        {
            var query = new ReservationListQuery
            {
                Status = ReservationStatus.Active,
                Limit = 200,
                Cursor = cursor,
            };
            var page = (await authority.ForTenant(tenant).ListReservationsAsync(query)).Value!;
            foreach (var row in page.Reservations)
            {
                foreach (var scope in row.AffectedScopes)
                {
                    held[(scope, row.Reserved.Unit)] =
                        held.GetValueOrDefault((scope, row.Reserved.Unit)) + row.Reserved.Value;
                }
            }

            cursor = page.NextCursor;
        } while (cursor is not null);

        return held;
    }
}
