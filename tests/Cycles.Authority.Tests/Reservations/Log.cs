namespace Cycles.Authority.Tests;

/// <summary>Bare reservations, with no more than links and keys need.</summary>
internal static class Log
{
    private static readonly BudgetSet NoBudgets = new(
        new ScopeSet(new Subject { Tenant = "acme" }),
        AmountUnit.Tokens,
        new BudgetBook()
    );

    public static long Append(ReservationLog log, string key = "", long expiresAt = 0)
    {
        log.Append(out var number) = new Reservation
        {
            Budgets = NoBudgets,
            Key = new ReplayKey(key),
            ExpiresAt = expiresAt,
        };
        log.SetStatus(number, ReservationStatus.Active);
        return number;
    }
}
