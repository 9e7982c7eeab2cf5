namespace Cycles.RecoveryWorker;

/// <summary>A request as it came to the ledger.</summary>
/// <param name="Operation"><c>reserve</c>, <c>commit</c>, <c>extend</c>, <c>release</c>, <c>event</c> or <c>other</c>.</param>
/// <param name="Path">Its path.</param>
/// <param name="Key">Its idempotency key, as the header has it.</param>
/// <param name="ApiKey">Who asked.</param>
/// <param name="Body">Its bytes, as text.</param>
internal sealed record LedgerRequest(string Operation, string Path, string? Key, string? ApiKey, string Body)
{
    /// <summary>Whether it settles a reservation.</summary>
    public bool Settles(string reservationId) =>
        (Operation == "commit" && Path.Contains(reservationId, StringComparison.Ordinal))
        || (Operation == "event" && Body.Contains(reservationId, StringComparison.Ordinal));

    public static string OperationOf(string path) =>
        path.Split('/')[^1] switch
        {
            "reservations" => "reserve",
            "events" => "event",
            "commit" or "extend" or "release" => path.Split('/')[^1],
            _ => "other",
        };
}
