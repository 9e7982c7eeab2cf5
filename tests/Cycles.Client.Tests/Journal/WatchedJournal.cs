namespace Cycles.Client.Tests;

/// <summary>A journal that tells when it is used, and fails as told.</summary>
internal sealed class WatchedJournal(ISettlementJournal inner) : ISettlementJournal
{
    public Action<JournalRecord> OnWrite { get; set; } = static _ => { };

    public Action OnWritten { get; set; } = static () => { };

    /// <summary>What a write waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Func<Exception>? Fault { get; set; }

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    public async ValueTask WriteAsync(JournalRecord record)
    {
        Writes++;
        OnWrite(record);
        await Gate;
        await (Fault is null ? inner.WriteAsync(record) : throw Fault());
        OnWritten();
    }

    public ValueTask RemoveAsync(string reservationId) =>
        Fault is null ? inner.RemoveAsync(reservationId) : throw Fault();

    public ValueTask<string?> RejectAsync(JournalRecord record, CyclesError? reason) =>
        Fault is null ? inner.RejectAsync(record, reason) : throw Fault();

    public ValueTask<JournalContents> ReadAsync()
    {
        Reads++;
        return Fault is null ? inner.ReadAsync() : throw Fault();
    }
}
