namespace Cycles;

/// <summary>
/// Keeps every known amount from before its first settlement request leaves until it is settled, so that it survives
/// the process.
/// </summary>
/// <remarks>
/// <para>
/// One journal serves one client's tenant. Implementations are safe for concurrent use, and several processes may share
/// what lies below: replaying a record twice is safe, because its idempotency key is in it.
/// </para>
/// <para>
/// Any method may throw. The client reports it and settles all the same, only without the protection against its own end.
/// </para>
/// </remarks>
public interface ISettlementJournal
{
    /// <summary>
    /// Keeps a record in place of an older step of the same spend; once this completes it is durable. Where several processes
    /// write, one of them may have left another spend under the same id: that one may be charged already and has to stay,
    /// and this throws.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <returns>
    /// Completes when a crash can't lose it any more. What it throws says that this record is not kept and will not be
    /// found later, because its loss may be reported then; an older one may stay.
    /// </returns>
    ValueTask WriteAsync(JournalRecord record);

    /// <summary>Forgets a record that is settled; does nothing when there is none.</summary>
    /// <param name="reservationId">Its <see cref="JournalRecord.ReservationId"/>.</param>
    /// <returns>Completes when it is gone.</returns>
    ValueTask RemoveAsync(string reservationId);

    /// <summary>Moves a record that was refused for good to where an operator finds it; it is replayed no more.</summary>
    /// <param name="record">The record.</param>
    /// <param name="reason">The refusal; null when no answer says why.</param>
    /// <returns>Where it is now, for people; null when there is nothing to say.</returns>
    ValueTask<string?> RejectAsync(JournalRecord record, CyclesError? reason);

    /// <summary>Reads what is kept, and sets aside what can't be read.</summary>
    /// <returns>The records that are to be replayed.</returns>
    ValueTask<JournalContents> ReadAsync();
}
