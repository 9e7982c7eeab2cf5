using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>
/// What settlement does with a journal: keeps each amount from before its first request until it is settled. It never
/// throws: an amount that can't be kept is settled all the same.
/// </summary>
internal sealed class SpendJournal(ISettlementJournal journal, string baseUrl, TimeProvider time, ILogger log)
{
    /// <summary>What this client is settling right now, by what it is filed under.</summary>
    private readonly ConcurrentDictionary<string, SpendSettlement> _inHand = new(StringComparer.Ordinal);

    /// <summary>What ended while somebody read the journal, and may be among what they read.</summary>
    private readonly ConcurrentDictionary<string, bool> _ended = new(StringComparer.Ordinal);

    private int _readers;

    /// <summary>Whom a replay belongs to: two journals on one folder are one.</summary>
    public object Place => journal is FileSettlementJournal file ? file.Folder : journal;

    /// <summary>Whether an amount of that name is open.</summary>
    public bool Holds(string recordId) => _inHand.ContainsKey(recordId);

    /// <summary>Writes an amount down as it stands now, unless its loss was reported already.</summary>
    public async ValueTask KeepAsync(SpendSettlement spend)
    {
        if (!spend.TryBeginKeeping())
        {
            return;
        }

        var isKept = spend.IsKept; // What an older record says of it is enough to settle it by.
        try
        {
            if (Owner(spend) is var owner && owner != spend)
            {
                isKept = owner.IsKept && owner.Actual == spend.Actual;
                JournalLog.Shared(log, spend.FiledUnder, spend.Actual, owner.Actual);
                return;
            }

            spend.Record ??= NewRecord(spend);
            await journal.WriteAsync(spend.Record).ConfigureAwait(false);
            isKept = true;
        }
        catch (RecordNotFlushedException e)
        {
            isKept = true;
            ClientTelemetry.JournalFailed();
            JournalLog.NotFlushed(log, spend.ReservationId, e);
        }
        catch (Exception e)
        {
            ClientTelemetry.JournalFailed();
            JournalLog.NotKept(log, spend.ReservationId, e);
        }
        finally
        {
            spend.EndKeeping(isKept);
        }
    }

    /// <summary>Notes the time that the server asked for, because the end of this process must not shorten it.</summary>
    public ValueTask KeepAsync(SpendSettlement spend, TimeSpan floor)
    {
        if (floor > TimeSpan.Zero && spend.Record is { } record)
        {
            spend.Record = record with { NotBeforeMs = (time.GetUtcNow() + floor).ToUnixTimeMilliseconds() };
        }
        else if (spend.IsKept)
        {
            return default;
        }

        return KeepAsync(spend);
    }

    /// <summary>It is settled.</summary>
    public async ValueTask RemoveAsync(SpendSettlement spend)
    {
        if (Owner(spend) != spend)
        {
            return;
        }

        try
        {
            await journal.RemoveAsync(spend.FiledUnder).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ClientTelemetry.JournalFailed();
            JournalLog.NotRemoved(log, spend.ReservationId, e);
        }

        Drop(spend);
    }

    /// <summary>It was refused for good.</summary>
    public async ValueTask RejectAsync(SpendSettlement spend, CyclesError? error)
    {
        if (Owner(spend) != spend)
        {
            // A dead letter would take the other one's record along.
            return;
        }

        try
        {
            var record = spend.Record ??= NewRecord(spend);
            spend.DeadLetter = await journal.RejectAsync(record, error).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ClientTelemetry.JournalFailed();
            JournalLog.NotRejected(log, spend.ReservationId, e);
        }

        Drop(spend);
    }

    /// <summary>What is left of other processes, or of clients that are gone.</summary>
    public async ValueTask<IReadOnlyList<SpendSettlement>> FindAsync(ICyclesAuthority authority)
    {
        Interlocked.Increment(ref _readers);
        try
        {
            return await ReadAsync(authority).ConfigureAwait(false);
        }
        finally
        {
            if (Interlocked.Decrement(ref _readers) == 0)
            {
                _ended.Clear();
            }
        }
    }

    private async ValueTask<IReadOnlyList<SpendSettlement>> ReadAsync(ICyclesAuthority authority)
    {
        JournalContents contents;
        try
        {
            contents = await journal.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ClientTelemetry.JournalFailed();
            JournalLog.NotRead(log, e);
            return [];
        }

        foreach (var problem in contents.Problems)
        {
            ClientTelemetry.JournalFailed();
            JournalLog.SetAside(log, problem);
        }

        List<SpendSettlement> found = [];
        foreach (var record in contents.Records)
        {
            // What this client is settling right now is not left behind.
            if (
                _inHand.ContainsKey(record.ReservationId)
                || Revive(authority, record) is not { } spend
                || Owner(spend) != spend
            )
            {
                continue;
            }

            if (_ended.ContainsKey(record.ReservationId))
            {
                _inHand.TryRemove(record.ReservationId, out _);
            }
            else
            {
                found.Add(spend);
            }
        }

        return found;
    }

    /// <summary>How long ago it became known, as far as clocks can tell.</summary>
    public TimeSpan AgeOf(JournalRecord record) =>
        record.RecordedAtMs > 0 ? Positive(time.GetUtcNow().ToUnixTimeMilliseconds() - record.RecordedAtMs) : default;

    /// <summary>How long the server still wants to wait. A clock that was set back must not park an amount for days.</summary>
    public TimeSpan FloorOf(JournalRecord record) =>
        RetrySchedule.Floor(
            record.NotBeforeMs is { } notBefore
                ? Positive(notBefore - time.GetUtcNow().ToUnixTimeMilliseconds())
                : default
        );

    private SpendSettlement? Revive(ICyclesAuthority authority, JournalRecord record)
    {
        try
        {
            return new SpendSettlement(authority, record) { Clock = time, Journal = this };
        }
        catch (Exception e)
        {
            // Another SDK knows more than this one: the record stays for it.
            ClientTelemetry.JournalFailed();
            JournalLog.NotUnderstood(log, record.ReservationId, e.GetType().Name);
            return null;
        }
    }

    /// <summary>
    /// Whose its file is: the first one's. One hold or one key is charged once, so that of two amounts for it the ledger
    /// refuses one; the later must not take the place of the one that may be charged already.
    /// </summary>
    private SpendSettlement Owner(SpendSettlement spend) => _inHand.GetOrAdd(spend.FiledUnder, spend);

    private JournalRecord NewRecord(SpendSettlement spend) =>
        new()
        {
            ReservationId = spend.FiledUnder,
            BaseUrl = baseUrl,
            Mode = spend.Commit is null ? JournalMode.Event : JournalMode.Commit,
            CommitBody = spend.CommitBody(),
            EventFallbackBody = spend.EventBody(),
            RecordedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };

    private void Drop(SpendSettlement spend)
    {
        if (Volatile.Read(ref _readers) > 0)
        {
            _ended[spend.FiledUnder] = true;
        }

        _inHand.TryRemove(spend.FiledUnder, out _);
    }

    private static TimeSpan Positive(long milliseconds) =>
        milliseconds <= 0 ? TimeSpan.Zero
        : milliseconds < TimeSpan.MaxValue.TotalMilliseconds / 2 ? TimeSpan.FromMilliseconds(milliseconds)
        : TimeSpan.MaxValue / 2;
}
