using System.Collections.Concurrent;

namespace Cycles;

/// <summary>A journal that lasts as long as this object: for tests, where clients come and go around it.</summary>
/// <remarks>Thread-safe. It does not look at the server of a record: give each server one of its own.</remarks>
public sealed class InMemorySettlementJournal : ISettlementJournal
{
    private readonly ConcurrentDictionary<string, JournalRecord> _records = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JournalRecord> _deadLetters = new(StringComparer.Ordinal);

    /// <summary>What is not settled.</summary>
    public IReadOnlyCollection<JournalRecord> Records => [.. _records.Values];

    /// <summary>What was refused for good.</summary>
    public IReadOnlyCollection<JournalRecord> DeadLetters => [.. _deadLetters.Values];

    /// <inheritdoc/>
    public ValueTask WriteAsync(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _records[record.ReservationId] = record;
        return default;
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string reservationId)
    {
        _records.TryRemove(reservationId, out _);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<string?> RejectAsync(JournalRecord record, CyclesError? reason)
    {
        ArgumentNullException.ThrowIfNull(record);
        _deadLetters[record.ReservationId] = record;
        _records.TryRemove(record.ReservationId, out _);
        return default;
    }

    /// <inheritdoc/>
    public ValueTask<JournalContents> ReadAsync() => new(new JournalContents([.. _records.Values], []));
}
