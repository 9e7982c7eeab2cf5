namespace Cycles.RecoveryWorker;

/// <summary>
/// A journal, and the end before a record is written or renamed, after a server's wait is noted, or before a record goes.
/// </summary>
internal sealed class DeadlyJournal(FileSettlementJournal inner, Doom doom) : ISettlementJournal
{
    public async ValueTask WriteAsync(JournalRecord record)
    {
        doom.MeetAt(KillPoint.BeforeWrite, record.ReservationId.Equals);
        if (doom.IsAt(KillPoint.BeforeRename, record.ReservationId.Equals))
        {
            DieAtRename(record.ReservationId);
        }

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

    /// <summary>
    /// A folder has the record's name, so that the rename fails, and that failure is the end before anybody can handle it:
    /// what is on disk is what there is between the two steps, and the product has no hook for it.
    /// </summary>
    private void DieAtRename(string reservationId)
    {
        Directory.CreateDirectory(Path.Combine(inner.Folder, JournalNames.Of(reservationId)));
        AppDomain.CurrentDomain.FirstChanceException += static (_, _) => Doom.Die();
    }
}
