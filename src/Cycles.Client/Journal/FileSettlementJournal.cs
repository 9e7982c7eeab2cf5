using System.Collections.Concurrent;
using System.Globalization;

namespace Cycles;

/// <summary>
/// A journal of one small file for each amount, in the folder that all SDKs of the protocol share, so that a fleet in
/// several languages settles what any of its processes left behind.
/// </summary>
/// <remarks>
/// <para>
/// A record is written to a temporary file, flushed to disk and renamed, and the folder is flushed too: after that it
/// survives the end of the process and of the machine. One that was written whole and not renamed is found too. Folders
/// are 0700 and files 0600 where the system has such modes; the permissions of a base folder that exists are never changed.
/// </para>
/// <para>
/// A record gives way to another step of its own spend alone: what another process left under the same id stays until it is
/// settled itself. What can't be read is renamed to <c>.corrupt</c> and never deleted. What was refused for good is moved to the folder
/// <c>dead-letter</c>, with <c>rejected_at_ms</c> and <c>reason</c> added; moved back, it is replayed at the next start.
/// </para>
/// <para>Thread-safe, also across processes. The calls work on the caller's thread.</para>
/// </remarks>
public sealed class FileSettlementJournal : ISettlementJournal
{
    /// <summary>How many files of settled amounts wait for the next one, as temporary files like any other.</summary>
    private const int MostFree = 4;

    /// <summary>
    /// How many times a write is begun at most: again only when its file or folder was taken away and the record isn't there.
    /// </summary>
    private const int Tries = 5;

    private static readonly TimeSpan OldestTemporary = TimeSpan.FromHours(1);

    private readonly JournalIdentity _identity;
    private readonly Lazy<string> _folder;
    private readonly TimeProvider _time;

    /// <summary>The ids whose file this object wrote, so that it need not look whose it is, and may write over it later.</summary>
    private readonly ConcurrentDictionary<string, bool> _own = new(StringComparer.Ordinal);

    /// <summary>The ids of what was not written because another process's spend has the file, which therefore has to stay.</summary>
    private readonly ConcurrentDictionary<string, bool> _others = new(StringComparer.Ordinal);

    private readonly ConcurrentStack<string> _free = new();
    private volatile bool _isMade;

    /// <summary>The journal of an identity below a base folder. Nothing is touched before it is used.</summary>
    /// <param name="directory">
    /// The base folder; null for <c>.runcycles/commit-journal</c> in the user's home. It may be missing.
    /// </param>
    /// <param name="identity">Whose journal it is; its name is that of the folder below.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="identity"/> is null.</exception>
    public FileSettlementJournal(string? directory, JournalIdentity identity, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        _identity = identity;
        _time = timeProvider ?? TimeProvider.System;
        _folder = new Lazy<string>(
            () => Path.Combine(Path.GetFullPath(directory ?? JournalFolder.Default), identity.Name),
            LazyThreadSafetyMode.PublicationOnly // What throws is not kept: a home may come.
        );
    }

    /// <summary>Where its files are.</summary>
    /// <exception cref="IOException">No base folder was given, and the user has no home.</exception>
    public string Folder => _folder.Value;

    /// <inheritdoc/>
    /// <exception cref="IOException">It can't be written.</exception>
    public ValueTask WriteAsync(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var path = PathOf(Folder, record.ReservationId);
        if (!_own.ContainsKey(record.ReservationId) && JournalFile.HoldsAnother(path, record))
        {
            // One hold or one key is charged once: of two amounts for it the one that may be charged already stays.
            _others[record.ReservationId] = true;
            throw new IOException(
                $"{path} holds another spend of the same reservation, which another process left. It is replayed when a client starts, and the authority charges one of the two and refuses the other."
            );
        }

        _others.TryRemove(record.ReservationId, out _);
        Save(path, record.ToUtf8Json());
        _own[record.ReservationId] = true;
        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It can't be removed.</exception>
    public ValueTask RemoveAsync(string reservationId)
    {
        ArgumentException.ThrowIfNullOrEmpty(reservationId);
        if (_others.TryRemove(reservationId, out _))
        {
            // What is there is not what was settled.
            return default;
        }

        try
        {
            // Not flushed: should it be back after a power cut, its key keeps it from being charged again.
            SetFree(PathOf(Folder, reservationId), _own.TryRemove(reservationId, out _));
            RemoveLegacy(reservationId);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // Nothing is there.
        }

        return default;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It can't be written or removed; then the record is still there.</exception>
    public async ValueTask<string?> RejectAsync(JournalRecord record, CyclesError? reason)
    {
        ArgumentNullException.ThrowIfNull(record);
        var folder = Path.Combine(Folder, JournalNames.DeadLetters);
        JournalFolder.Make(folder);
        var path = PathOf(folder, record.ReservationId);
        for (var i = 1; JournalFile.HoldsAnother(path, record); i++)
        {
            // Two were refused for one reservation, and each may have been spent.
            var number = i.ToString(CultureInfo.InvariantCulture);
            path = Path.ChangeExtension(PathOf(folder, record.ReservationId), number + JournalNames.Suffix);
        }

        try
        {
            Save(path, JournalFormat.Write(record, reason, Now.ToUnixTimeMilliseconds()));
        }
        catch (RecordNotFlushedException)
        {
            // It is there under its name, and whoever is told of the refusal has the rest.
        }

        await RemoveAsync(record.ReservationId).ConfigureAwait(false);
        return path;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder can't be read.</exception>
    public ValueTask<JournalContents> ReadAsync()
    {
        List<JournalRecord> records = [];
        List<string> problems = [];
        if (Directory.Exists(Folder))
        {
            SettleTemporaries();
            foreach (var path in Directory.GetFiles(Folder, $"*{JournalNames.Suffix}").Order(StringComparer.Ordinal))
            {
                if (
                    Load(path, problems) is { } record
                    && string.Equals(record.BaseUrl, _identity.BaseUrl, StringComparison.Ordinal)
                )
                {
                    records.Add(record);
                }
            }
        }

        return new ValueTask<JournalContents>(new JournalContents(records, problems));
    }

    private DateTimeOffset Now => _time.GetUtcNow();

    private static string PathOf(string folder, string reservationId) =>
        Path.Combine(folder, JournalNames.Of(reservationId));

    private void Save(string path, byte[] content)
    {
        if (!_isMade)
        {
            JournalFolder.Make(Folder);
            _isMade = true;
        }

        _free.TryPop(out var free);
        for (var left = Tries; ; left--)
        {
            try
            {
                Save(path, content, free);
                return;
            }
            catch (Exception e) when (left > 1 && e is DirectoryNotFoundException or FileNotFoundException)
            {
                // Somebody cleared away the folder, or the file to be written over; or a reader found the record whole, and
                // by now it is settled, or another process wrote its own. Again, because this amount has to be kept.
                JournalFolder.Make(Path.GetDirectoryName(path)!);
                free = null;
            }
        }
    }

    private static void Save(string path, byte[] content, string? free)
    {
        var temporary = TemporaryFile.Of(path, content);
        try
        {
            if (free is not null)
            {
                File.Move(free, temporary, overwrite: true);
            }

            JournalFile.Write(temporary, content);
            JournalFile.Publish(temporary, path, content);
        }
        catch
        {
            JournalFile.DeleteQuietly(temporary);
            throw;
        }
    }

    /// <summary>
    /// Takes a record's name away. Freeing blocks and allocating others costs a third of the next flush, so a few files
    /// are written over instead; only those that this object made, because another one may have other permissions.
    /// </summary>
    private void SetFree(string path, bool isOwn)
    {
        if (!isOwn || _free.Count >= MostFree)
        {
            File.Delete(path);
            return;
        }

        var free = TemporaryFile.Free(Folder);
        File.Move(path, free, overwrite: true);
        _free.Push(free);
    }

    /// <returns>The record; null when there is none any more, or none that can be read.</returns>
    private JournalRecord? Load(string path, List<string> problems)
    {
        try
        {
            var content = File.ReadAllBytes(path);
            if (!File.Exists(path))
            {
                // Another process settled it meanwhile, and may have written the next one over what was read.
                return null;
            }

            var record = JournalRecord.Parse(content);
            return IsCopy(record, path) ? null : record;
        }
        catch (FormatException e)
        {
            problems.Add(Quarantine(path, e.Message));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process settled it meanwhile.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path} can't be read: {e.Message}");
        }

        return null;
    }

    /// <summary>Brings an older name up to date. Two ids may share an older name, so only the id within decides.</summary>
    /// <returns>Whether the right name is taken, by the same spend or by another one of the same id.</returns>
    private bool IsCopy(JournalRecord record, string path)
    {
        var right = PathOf(Folder, record.ReservationId);
        if (string.Equals(path, right, StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            if (!File.Exists(right))
            {
                File.Move(path, right, overwrite: false);
                return false;
            }

            var other = JournalRecord.Parse(File.ReadAllBytes(right));
            if (other.ReservationId != record.ReservationId)
            {
                return false;
            }

            if (other.IsSameSpend(record))
            {
                File.Delete(path);
            }

            // Another spend of it is found again once that one is settled.
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // It is replayed under the name that it has.
            return false;
        }
    }

    private void RemoveLegacy(string reservationId)
    {
        var path = Path.Combine(Folder, JournalNames.Legacy(reservationId));
        if (File.Exists(path) && IsOf(reservationId, path))
        {
            File.Delete(path);
        }
    }

    private static bool IsOf(string reservationId, string path)
    {
        try
        {
            return JournalRecord.Parse(File.ReadAllBytes(path)).ReservationId == reservationId;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    /// <returns>What to tell an operator.</returns>
    private static string Quarantine(string path, string problem)
    {
        var name = path[..^JournalNames.Suffix.Length];
        try
        {
            for (var i = 0; ; i++)
            {
                var aside = i == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{i}");
                if (!File.Exists(aside + JournalNames.Corrupt))
                {
                    File.Move(path, aside + JournalNames.Corrupt, overwrite: false);
                    return $"{path} is no record ({problem}); it is set aside as {aside}{JournalNames.Corrupt}";
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} is no record ({problem}), and can't be set aside: {e.Message}";
        }
    }

    /// <summary>What a process left when it died: whole records whose names it did not get to, and what is half written.</summary>
    private void SettleTemporaries()
    {
        foreach (var path in Directory.GetFiles(Folder, $"*{JournalNames.Temporary}"))
        {
            if (!TemporaryFile.TryAdopt(path) && Now - File.GetLastWriteTimeUtc(path) > OldestTemporary)
            {
                JournalFile.DeleteQuietly(path);
            }
        }
    }
}
