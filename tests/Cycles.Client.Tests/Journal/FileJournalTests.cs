using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>The folder, its files and what may lie in it.</summary>
public sealed class FileJournalTests
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode ForAllToRead = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string _base = null!;

    [SetUp]
    public void MakeBase() => _base = Directory.CreateTempSubdirectory("cycles journal ü ").FullName;

    [TearDown]
    public void RemoveBase() => Directory.Delete(_base, recursive: true);

    private FileSettlementJournal Journal => new(_base, JournalRecords.Acme);

    private string Folder => Path.Combine(_base, JournalRecords.Acme.Name);

    [Test]
    public async Task What_is_written_is_read_until_it_is_removed()
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));
        await Journal.WriteAsync(JournalRecords.Of("a/b"));
        Assert.That(await IdsAsync(), Is.EquivalentTo(new[] { "rsv_1", "a/b" }));
        await Journal.RemoveAsync("rsv_1");
        await Journal.RemoveAsync("rsv_1");
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "a/b" }));
        Assert.That(Names("*.json"), Is.EqualTo(new[] { JournalNames.Of("a/b") }));
    }

    [Test]
    public async Task Files_are_used_again_and_never_many_kept_for_that()
    {
        var journal = Journal;
        var ids = Enumerable.Range(0, 20).Select(i => $"rsv_{i}").ToArray();
        foreach (var id in ids)
        {
            await journal.WriteAsync(JournalRecords.Of(id));
        }

        foreach (var id in ids)
        {
            await journal.RemoveAsync(id);
        }

        Assert.That(Directory.GetFiles(Folder), Has.Length.LessThanOrEqualTo(4));
        var shorter = new JournalRecord
        {
            ReservationId = "short",
            BaseUrl = JournalRecords.Server,
            Mode = JournalMode.Commit,
            CommitBody = "{}"u8.ToArray(),
        };
        await journal.WriteAsync(shorter);
        Assert.That(
            await File.ReadAllBytesAsync(Path.Combine(Folder, JournalNames.Of("short"))),
            Is.EqualTo(shorter.ToUtf8Json())
        );

        foreach (var file in Directory.GetFiles(Folder, "*.tmp"))
        {
            File.Delete(file);
        }

        await journal.WriteAsync(JournalRecords.Of("rsv_1"));
        Assert.That(await IdsAsync(), Is.EquivalentTo(new[] { "short", "rsv_1" }), "also when somebody took them away");
    }

    [Test]
    public async Task Nothing_is_there_before_the_first_write()
    {
        Assert.That((await Journal.ReadAsync()).Records, Is.Empty);
        await Journal.RemoveAsync("rsv_1");
        Assert.That(Directory.Exists(Folder), Is.False);
    }

    [Test, Platform(Exclude = "Win", Reason = "It has no such modes.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Folders_that_are_missing_are_made_for_this_user_alone()
    {
        var given = File.GetUnixFileMode(_base) | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(_base, given);
        var deep = Path.Combine(_base, "a", "b");
        var journal = new FileSettlementJournal(deep, JournalRecords.Acme);
        await journal.WriteAsync(JournalRecords.Of("rsv_1"));
        Assert.Multiple(() =>
        {
            Assert.That(File.GetUnixFileMode(_base), Is.EqualTo(given), "what the user gave");
            Assert.That(File.GetUnixFileMode(Path.Combine(_base, "a")), Is.EqualTo(OwnFolder));
            Assert.That(File.GetUnixFileMode(journal.Folder), Is.EqualTo(OwnFolder));
            Assert.That(File.GetUnixFileMode(Directory.GetFiles(journal.Folder).Single()), Is.EqualTo(OwnFile));
        });
    }

    [Test, Platform(Exclude = "Win", Reason = "It has no such modes.")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_that_others_can_read_is_tightened()
    {
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, OwnFolder | UnixFileMode.OtherRead);
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));
        Assert.That(File.GetUnixFileMode(Folder), Is.EqualTo(OwnFolder));
    }

    [Test]
    public async Task A_folder_that_was_cleared_away_is_made_again()
    {
        var journal = Journal;
        await journal.WriteAsync(JournalRecords.Of("rsv_1"));
        Directory.Delete(Folder, recursive: true);
        await journal.RemoveAsync("rsv_1");
        await journal.WriteAsync(JournalRecords.Of("rsv_2"));
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "rsv_2" }));
    }

    [Test, Recovery(RecoveryScenarios.UnreadableRecords)]
    public async Task What_is_no_record_is_set_aside_and_the_others_are_read()
    {
        Put("v2-1.json", JournalRecords.Json()[..100]);
        Put("v2-2.json", JournalRecords.Json().Replace("\"version\":1", "\"version\":9", StringComparison.Ordinal));
        Put("v2-3.json", "");
        Put("v2-3.corrupt", "an older one");
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));

        var contents = await Journal.ReadAsync();
        Assert.Multiple(() =>
        {
            Assert.That(contents.Records.Single().ReservationId, Is.EqualTo("rsv_1"));
            Assert.That(contents.Problems, Has.Count.EqualTo(3));
            Assert.That(contents.Problems, Has.None.Contain("grüße"), "no content");
            Assert.That(
                Names("*.corrupt"),
                Is.EquivalentTo(new[] { "v2-1.corrupt", "v2-2.corrupt", "v2-3.corrupt", "v2-3.1.corrupt" })
            );
            Assert.That(File.ReadAllText(Path.Combine(Folder, "v2-3.corrupt")), Is.EqualTo("an older one"));
        });
        Assert.That((await Journal.ReadAsync()).Problems, Is.Empty, "once");
    }

    private static IEnumerable<TestCaseData> NoTexts()
    {
        var good = Encoding.UTF8.GetBytes(JournalRecords.Json());
        foreach (var place in new[] { "rsv_1", "http", "commit", "version", "grüße" })
        {
            var bytes = good.ToArray();
            bytes[bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(place))] = 0xFF;
            yield return new TestCaseData(bytes).SetArgDisplayNames($"no UTF-8 at {place}");
        }

        yield return new TestCaseData(Encoding.UTF8.GetBytes(JournalRecords.Json("\\ud800"))).SetArgDisplayNames(
            "half of a pair"
        );
    }

    [TestCaseSource(nameof(NoTexts)), Recovery(RecoveryScenarios.UnreadableRecords)]
    public async Task Nor_does_a_text_that_is_none_keep_the_others_from_being_read(byte[] bytes)
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_2"));
        await File.WriteAllBytesAsync(Path.Combine(Folder, "v2-1.json"), bytes);
        var contents = await Journal.ReadAsync();
        Assert.That(contents.Records.Single().ReservationId, Is.EqualTo("rsv_2"));
        Assert.That(contents.Problems, Has.Count.EqualTo(1));
        Assert.That(await File.ReadAllBytesAsync(Path.Combine(Folder, "v2-1.corrupt")), Is.EqualTo(bytes));
    }

    [Test]
    public async Task Records_of_another_server_stay_where_they_are()
    {
        Put("v2-1.json", JournalRecords.Json(server: JournalRecords.Server + "/"));
        Assert.That((await Journal.ReadAsync()).Records, Is.Empty);
        Assert.That(Directory.GetFiles(Folder), Has.Length.EqualTo(1));
    }

    [Test, Recovery(RecoveryScenarios.CollidingNames)]
    public async Task An_older_name_is_brought_up_to_date()
    {
        Put(JournalNames.Legacy("a/b"), JournalRecords.Json("a/b"));
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "a/b" }));
        Assert.That(Names("*"), Is.EqualTo(new[] { JournalNames.Of("a/b") }));
    }

    [Test, Recovery(RecoveryScenarios.CollidingNames)]
    public async Task An_older_name_that_two_ids_share_is_removed_for_its_own_alone()
    {
        Put(JournalNames.Legacy("a/b"), JournalRecords.Json("a/b"));
        await Journal.RemoveAsync("a_b");
        Assert.That(Names("*"), Is.EqualTo(new[] { "a_b.json" }));
        await Journal.RemoveAsync("a/b");
        Assert.That(Names("*"), Is.Empty);
    }

    [Test, Recovery(RecoveryScenarios.CollidingNames)]
    public async Task A_record_under_both_names_is_one()
    {
        Put(JournalNames.Legacy("a/b"), JournalRecords.Json("a/b"));
        await Journal.WriteAsync(JournalRecords.Of("a/b"));
        await Journal.WriteAsync(JournalRecords.Of("a_b"));
        Assert.That(await IdsAsync(), Is.EquivalentTo(new[] { "a/b", "a_b" }));
        Assert.That(Names("*"), Is.EquivalentTo(new[] { JournalNames.Of("a/b"), JournalNames.Of("a_b") }));
    }

    [Test]
    public async Task What_a_dead_process_left_half_written_goes_when_it_is_old()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        Put("v2-1.json.17.abc.tmp", "{");
        var journal = new FileSettlementJournal(_base, JournalRecords.Acme, clock);
        clock.Advance(TimeSpan.FromMinutes(59));
        await journal.ReadAsync();
        Assert.That(Directory.GetFiles(Folder), Has.Length.EqualTo(1), "its writer may live");
        clock.Advance(TimeSpan.FromMinutes(2));
        await journal.ReadAsync();
        Assert.That(Directory.GetFiles(Folder), Is.Empty);
    }

    [Test]
    public async Task A_whole_record_whose_writer_died_before_the_rename_is_found()
    {
        var record = JournalRecords.Of("rsv_1");
        Put(TemporaryOf(record), JournalRecords.Json());
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "rsv_1" }));
        Assert.That(Names("*"), Is.EqualTo(new[] { JournalNames.Of("rsv_1") }));
    }

    [Test]
    public async Task One_whose_writer_lives_is_kept_however_many_others_find_it()
    {
        var journal = Journal;
        using var done = new CancellationTokenSource();
        var readers = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        // On threads of their own: they take no breath, and other tests need the pool's.
                        while (!done.IsCancellationRequested)
                        {
                            Journal.ReadAsync().AsTask().Wait();
                        }
                    },
                    TaskCreationOptions.LongRunning
                )
            )
            .ToArray();
        var ids = Enumerable.Range(0, 20).Select(i => $"rsv_{i}").ToArray();
        try
        {
            foreach (var id in ids)
            {
                var record = JournalRecords.Of(id);
                Assert.That(async () => await journal.WriteAsync(record), Throws.Nothing);
                var later = record with { Mode = JournalMode.Event };
                Assert.That(async () => await journal.WriteAsync(later), Throws.Nothing);
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(readers);
        }

        var records = (await Journal.ReadAsync()).Records;
        Assert.That(records.Select(r => r.ReservationId), Is.EquivalentTo(ids));
        Assert.That(records.Select(r => r.Mode), Is.All.EqualTo(JournalMode.Event), "the later step of each");
        Assert.That(Names("*").Order(), Is.EqualTo(ids.Select(JournalNames.Of).Order()));
    }

    [Test]
    public void One_that_a_reader_took_from_its_writer_is_written_when_it_is_there_and_only_then()
    {
        JournalFolder.Make(Folder);
        var content = Encoding.UTF8.GetBytes(JournalRecords.Json());
        var path = Path.Combine(Folder, JournalNames.Of("rsv_1"));
        var temporary = TemporaryFile.Of(path, content);
        JournalFile.Write(temporary, content);
        Assert.That(TemporaryFile.TryAdopt(temporary), Is.True);
        Assert.That(() => JournalFile.Publish(temporary, path, content), Throws.Nothing);

        Put(Path.GetFileName(path), JournalRecords.Json(mode: "event"));
        Assert.That(() => JournalFile.Publish(temporary, path, content), Throws.InstanceOf<FileNotFoundException>());
        File.Delete(path);
        Assert.That(() => JournalFile.Publish(temporary, path, content), Throws.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public async Task One_that_is_not_whole_is_none_also_where_it_is_written_over_another()
    {
        var record = JournalRecords.Of("rsv_1");
        var name = TemporaryOf(record);
        foreach (var text in new[] { "", JournalRecords.Json()[..^1], JournalRecords.Json("rsv_2") })
        {
            Put(name, text);
            Assert.That(await IdsAsync(), Is.Empty);
            Assert.That(Names("*"), Is.EqualTo(new[] { name }), "its writer may live");
        }
    }

    [Test]
    public async Task One_whose_writer_died_before_the_rename_takes_the_place_of_the_step_before()
    {
        var record = JournalRecords.Of("rsv_1");
        await Journal.WriteAsync(record);
        var later = JournalRecords.Json(mode: "event");
        Put(Path.GetFileName(TemporaryFile.Of(JournalNames.Of("rsv_1"), Encoding.UTF8.GetBytes(later))), later);
        Assert.That((await Journal.ReadAsync()).Records.Single().Mode, Is.EqualTo(JournalMode.Event));
        Assert.That(Names("*"), Is.EqualTo(new[] { JournalNames.Of("rsv_1") }));
    }

    [Test, Platform("Linux", Reason = "Only there may one thread be somebody else.")]
    [UnsupportedOSPlatform("windows")]
    public async Task Nor_does_it_before_it_is_on_disk()
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));
        File.SetUnixFileMode(Path.Combine(Folder, JournalNames.Of("rsv_1")), ForAllToRead);
        var later = JournalRecords.Json(mode: "event");
        var name = Path.GetFileName(TemporaryFile.Of(JournalNames.Of("rsv_1"), Encoding.UTF8.GetBytes(later)));
        Put(name, later);
        File.SetUnixFileMode(Path.Combine(Folder, name), ForAllToRead);
        JournalContents? contents = null;
        Assert.That(AsNobody(async () => contents = await Journal.ReadAsync()), Is.Null);
        Assert.That(
            contents!.Records.Single().Mode,
            Is.EqualTo(JournalMode.Commit),
            "it can't be flushed by who reads it"
        );
        Assert.That(Names("*"), Does.Contain(name));
    }

    [Test]
    public async Task Nor_of_another_spend_of_the_same_name_which_is_settled_first()
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));
        Put(
            Path.GetFileName(TemporaryFile.Of(JournalNames.Of("rsv_1"), AnotherSpend.ToUtf8Json())),
            JournalRecords.Text(AnotherSpend.ToUtf8Json())
        );
        Assert.That(await KeyAsync(), Does.Contain("k-1"));

        await Journal.RemoveAsync("rsv_1");
        Assert.That(await KeyAsync(), Does.Contain("k-2"));
        Assert.That(Names("*"), Is.EqualTo(new[] { JournalNames.Of("rsv_1") }));

        async Task<string> KeyAsync() => JournalRecords.Text((await Journal.ReadAsync()).Records.Single().CommitBody);
    }

    private static IEnumerable<TestCaseData> Steps()
    {
        yield return Step("event mode", JournalRecords.Json(mode: "event"), isSame: true);
        yield return Step("a later time", JournalRecords.Json(notBefore: "1775995300000"), isSame: true);
        yield return Step("no commit", JournalRecords.Json(mode: "event", commit: "null"), isSame: true);
        yield return Step("no event", JournalRecords.Json(fallback: "null"), isSame: true);
        yield return Step(
            "other spacing",
            JournalRecords.Json(commit: Spaced(JournalRecords.CommitBody)),
            isSame: true
        );
        yield return Step(
            "another amount",
            JournalRecords.Json(commit: Other(JournalRecords.CommitBody)),
            isSame: false
        );
        yield return Step(
            "another action",
            JournalRecords.Json(fallback: Other(JournalRecords.EventBody)),
            isSame: false
        );
        yield return Step(
            "another event alone",
            JournalRecords.Json(mode: "event", commit: "null", fallback: Other(JournalRecords.EventBody)),
            isSame: false
        );

        static TestCaseData Step(string name, string json, bool isSame) =>
            new TestCaseData(json, isSame).SetArgDisplayNames(name);

        static string Spaced(string body) => body.Replace(",", " ,\t", StringComparison.Ordinal);

        static string Other(string body) =>
            body.Replace("\"amount\":7", "\"amount\":8", StringComparison.Ordinal)
                .Replace("gpt-4o", "gpt-5", StringComparison.Ordinal);
    }

    [TestCaseSource(nameof(Steps))]
    public async Task Only_a_step_of_the_same_spend_takes_a_records_place(string json, bool isSame)
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));
        var step = JournalRecord.Parse(Encoding.UTF8.GetBytes(json));
        Assert.That(
            async () => await Journal.WriteAsync(step),
            isSame ? Throws.Nothing : Throws.InstanceOf<IOException>().With.Message.Contain("another spend")
        );
        var kept = JournalRecords.Text((await Journal.ReadAsync()).Records.Single().ToUtf8Json());
        Assert.That(kept, Is.EqualTo(isSame ? JournalRecords.Text(step.ToUtf8Json()) : JournalRecords.Json()));
    }

    [Test]
    public async Task Two_that_were_refused_for_one_reservation_are_both_kept_apart()
    {
        var other = AnotherSpend;
        var first = await Journal.RejectAsync(JournalRecords.Of("rsv_1"), reason: null);
        var second = await Journal.RejectAsync(other, reason: null);
        Assert.That(await File.ReadAllTextAsync(first!), Does.Contain("k-1"));
        Assert.That(await File.ReadAllTextAsync(second!), Does.Contain("k-2"));
        Assert.That(await Journal.RejectAsync(JournalRecords.Of("rsv_1"), reason: null), Is.EqualTo(first));

        foreach (var path in new[] { first!, second! })
        {
            File.Move(path, Path.Combine(Folder, Path.GetFileName(path)));
        }

        foreach (var key in new[] { "k-1", "k-2" })
        {
            Assert.That(
                JournalRecords.Text((await Journal.ReadAsync()).Records.Single().CommitBody),
                Does.Contain(key),
                "put back they are found, one after the other"
            );
            await Journal.RemoveAsync("rsv_1");
        }

        Assert.That(Names("*"), Is.Empty);
    }

    [TestCase("\\ud800")]
    [TestCase("1e99999999999", false)]
    public async Task Bodies_that_nothing_can_compare_are_different_spends(string value, bool isText = true)
    {
        var odd = JournalRecords.CommitBody.Replace(
            "\"grüße\"",
            isText ? $"\"{value}\"" : value,
            StringComparison.Ordinal
        );
        await Journal.WriteAsync(JournalRecord.Parse(Encoding.UTF8.GetBytes(JournalRecords.Json(commit: odd))));
        var other = JournalRecords.Json(commit: odd.Replace("k-1", "k-2", StringComparison.Ordinal));
        Put(Path.GetFileName(TemporaryFile.Of(JournalNames.Of("rsv_1"), Encoding.UTF8.GetBytes(other))), other);
        Assert.That(
            async () => await Journal.WriteAsync(JournalRecord.Parse(Encoding.UTF8.GetBytes(other))),
            Throws.InstanceOf<IOException>().With.Message.Contain("another spend")
        );
        Assert.That(JournalRecords.Text((await Journal.ReadAsync()).Records.Single().CommitBody), Does.Contain("k-1"));
    }

    [TestCase("garbage")]
    [TestCase("""{"version":2}""")]
    public async Task What_cannot_be_read_is_set_aside_and_not_replaced(string text)
    {
        Put(JournalNames.Of("rsv_1"), text);
        var name = TemporaryOf(JournalRecords.Of("rsv_1"));
        Put(name, JournalRecords.Json());
        Assert.That((await Journal.ReadAsync()).Problems, Has.Count.EqualTo(1));
        Assert.That(await File.ReadAllTextAsync(Directory.GetFiles(Folder, "*.corrupt").Single()), Is.EqualTo(text));
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "rsv_1" }), "the whole one is found next");
    }

    [Test]
    public async Task Another_spend_of_the_same_name_is_neither_replaced_nor_removed()
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_1"));
        var other = AnotherSpend;
        var journal = Journal;

        Assert.That(
            async () => await journal.WriteAsync(other),
            Throws.InstanceOf<IOException>().With.Message.Contain(Folder).And.Message.Contain("another spend")
        );
        await journal.RemoveAsync("rsv_1");
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "rsv_1" }));

        await Journal.RemoveAsync("rsv_1");
        await journal.WriteAsync(other);
        await journal.RemoveAsync("rsv_1");
        Assert.That(await IdsAsync(), Is.Empty);
    }

    [Test]
    public async Task What_was_removed_is_not_found_in_the_files_that_are_used_again()
    {
        await Journal.WriteAsync(JournalRecords.Of("rsv_2"));
        var journal = Journal;
        await journal.WriteAsync(JournalRecords.Of("rsv_1"));
        await journal.RemoveAsync("rsv_1");
        Assert.That(Names("*.tmp").Count(), Is.EqualTo(1), "it is there");
        Assert.That(await IdsAsync(), Is.EqualTo(new[] { "rsv_2" }));
    }

    [Test, Platform("Linux", Reason = "Only there may one thread be somebody else.")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_that_cannot_be_flushed_has_the_record_and_says_so()
    {
        var journal = Journal;
        await journal.WriteAsync(JournalRecords.Of("rsv_1"));
        File.SetUnixFileMode(Folder, UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var thrown = AsNobody(() => journal.WriteAsync(JournalRecords.Of("rsv_2")));
        Assert.That(thrown, Is.InstanceOf<RecordNotFlushedException>().With.Message.Contain(Folder));
        File.SetUnixFileMode(Folder, OwnFolder);
        Assert.That(await IdsAsync(), Is.EquivalentTo(new[] { "rsv_1", "rsv_2" }));
    }

    [Test]
    public async Task A_refused_record_is_kept_apart_with_the_reason_and_can_be_put_back()
    {
        var record = JournalRecords.Of("rsv_1");
        await Journal.WriteAsync(record);
        var error = new CyclesError
        {
            Status = 409,
            RawCode = "BUDGET_EXCEEDED",
            Message = "No.",
            RequestId = "req-1",
        };
        var path = await Journal.RejectAsync(record, error);

        Assert.That(await IdsAsync(), Is.Empty);
        var text = await File.ReadAllTextAsync(path!);
        Assert.That(
            text,
            Does.Contain(
                "\"reason\":{\"status\":409,\"error\":\"BUDGET_EXCEEDED\",\"message\":\"No.\",\"request_id\":\"req-1\""
            )
        );
        File.Move(path!, Path.Combine(Folder, Path.GetFileName(path!)));
        var again = (await Journal.ReadAsync()).Records.Single();
        Assert.That(again.ToUtf8Json(), Is.EqualTo(record.ToUtf8Json()));
    }

    [Test]
    public void A_place_that_is_a_file_is_an_error_that_says_where()
    {
        var file = Path.Combine(_base, "file");
        File.WriteAllText(file, "");
        var journal = new FileSettlementJournal(Path.Combine(file, "journal"), JournalRecords.Acme);
        Assert.That(
            async () => await journal.WriteAsync(JournalRecords.Of("rsv_1")),
            Throws.InstanceOf<IOException>().With.Message.Contain(file)
        );
    }

    [Test]
    public async Task A_full_disk_leaves_the_older_record_as_it_was()
    {
        var disk = Path.Combine(_base, "disk");
        Directory.CreateDirectory(disk);
        if (!Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk))
        {
            Assert.Ignore("A small file system can't be mounted here, which takes Linux and root.");
        }

        try
        {
            var journal = new FileSettlementJournal(disk, JournalRecords.Acme);
            await journal.WriteAsync(JournalRecords.Of("rsv_1"));
            Fill(Path.Combine(disk, "filler"));
            await Assert.ThrowsAsync<IOException>(async () => await journal.WriteAsync(JournalRecords.Of("rsv_2")));
            await Assert.ThrowsAsync<IOException>(async () => await journal.WriteAsync(JournalRecords.Of("rsv_1")));
            var contents = await journal.ReadAsync();
            Assert.That(contents.Records.Select(record => record.ReservationId), Is.EqualTo(new[] { "rsv_1" }));
            Assert.That(contents.Problems, Is.Empty);
            Assert.That(Directory.GetFiles(journal.Folder), Has.Length.EqualTo(1), "nothing half written is left");
        }
        finally
        {
            Run("umount", disk);
        }
    }

    /// <summary>A folder's permissions are nothing to root. Who is not root stays who they are.</summary>
    private Exception? AsNobody(Func<ValueTask> action)
    {
        const uint Nobody = 65_534;
        Exception? thrown = null;
        foreach (var path in new[] { _base, Folder })
        {
            _ = ChangeOwner(path, Nobody, Nobody);
        }

        var thread = new Thread(() =>
        {
            _ = SetFileSystemUser(Nobody);
            try
            {
                action().AsTask().GetAwaiter().GetResult();
            }
            catch (Exception e)
            {
                thrown = e;
            }
        });
        thread.Start();
        thread.Join();
        return thrown;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileSystemUser(uint user);

    [DllImport("libc", EntryPoint = "chown", CharSet = CharSet.Ansi, BestFitMapping = false)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    /// <summary>The same id, and another key: what a second process spends on a job that is delivered twice.</summary>
    private static JournalRecord AnotherSpend { get; } =
        JournalRecord.Parse(
            Encoding.UTF8.GetBytes(
                JournalRecords.Json(commit: JournalRecords.CommitBody.Replace("k-1", "k-2", StringComparison.Ordinal))
            )
        );

    private static string TemporaryOf(JournalRecord record) =>
        Path.GetFileName(
            TemporaryFile.Of(JournalNames.Of(record.ReservationId), Encoding.UTF8.GetBytes(JournalRecords.Json()))
        );

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[256]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(command, arguments) { RedirectStandardError = true }
            );
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private void Put(string name, string text)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, name), text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    private IEnumerable<string> Names(string pattern) =>
        Directory.GetFiles(Folder, pattern).Select(path => Path.GetFileName(path));

    private async Task<IEnumerable<string>> IdsAsync() =>
        (await Journal.ReadAsync()).Records.Select(record => record.ReservationId);
}
