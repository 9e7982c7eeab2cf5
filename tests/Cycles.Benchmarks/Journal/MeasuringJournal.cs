namespace Cycles.Benchmarks;

/// <summary>The journal in memory, which also says what a file would hold.</summary>
internal sealed class MeasuringJournal : ISettlementJournal
{
    private readonly InMemorySettlementJournal _inner = new();
    private JournalRecord? _last;

    public byte[] LastRecord => _last!.ToUtf8Json();

    public ValueTask WriteAsync(JournalRecord record)
    {
        _last = record;
        return _inner.WriteAsync(record);
    }

    public ValueTask RemoveAsync(string reservationId) => _inner.RemoveAsync(reservationId);

    public ValueTask<string?> RejectAsync(JournalRecord record, CyclesError? reason) =>
        _inner.RejectAsync(record, reason);

    public ValueTask<JournalContents> ReadAsync() => _inner.ReadAsync();
}
