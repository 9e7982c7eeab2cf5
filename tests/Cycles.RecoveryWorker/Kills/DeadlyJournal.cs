namespace Cycles.RecoveryWorker;

/// <summary>A journal, and the end before a record is written, after a server's wait is noted, or before a record goes.</summary>
internal sealed class DeadlyJournal(ISettlementJournal inner, Doom doom) : ISettlementJournal
{
    public async ValueTask WriteAsync(JournalRecord record)
    {
        doom.MeetAt(KillPoint.BeforeWrite, record.ReservationId.Equals);
        await inner.WriteAsync(record);
        if (record.NotBeforeMs is not null)
        {
            doom.MeetAt(KillPoint.Throttled, record.ReservationId.Equals);
        }
    }

    public ValueTask RemoveAsync(string reservationId)
    {
        doom.MeetAt(KillPoint.BeforeRemove, reservationId.Equals);
        return inner.RemoveAsync(reservationId);
    }

    public ValueTask<string?> RejectAsync(JournalRecord record, CyclesError? reason) =>
        inner.RejectAsync(record, reason);

    public ValueTask<JournalContents> ReadAsync() => inner.ReadAsync();
}
