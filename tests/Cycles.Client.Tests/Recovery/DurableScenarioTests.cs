using Cycles.RecoveryWorker;

namespace Cycles.Client.Tests;

/// <summary>What outlives a process: each of these kills real ones.</summary>
public sealed class DurableScenarioTests : ScenarioFixture
{
    [Test, Recovery(RecoveryScenarios.DeadInFirstCommit)]
    public async Task A_commit_is_in_the_journal_before_it_leaves_and_survives_its_process(
        [Values] Application application
    )
    {
        Spends(70);
        JournalRecord? atFirstCommit = null;
        var hold = Ledger.Hold(application);
        Ledger.InterfereOnce(
            "commit",
            (context, apply) =>
            {
                atFirstCommit = Records().Length == 1 ? Record() : null;
                return hold(context, apply);
            }
        );
        var id = await DieAsync(70, KillPoint.CommitUnanswered);

        Assert.Multiple(() =>
        {
            Assert.That(atFirstCommit?.ReservationId, Is.EqualTo(id), "there before the request came");
            Assert.That(JournalRecords.Text(atFirstCommit?.CommitBody), Is.EqualTo(Ledger.Requests[^1].Body));
            Assert.That(Record().ReservationId, Is.EqualTo(id), "there after the process");
        });
        await RestartAsync();
        Assert.That(Records(), Is.Empty);
        AssertRequests("commit", "commit");
    }

    [Test, Recovery(RecoveryScenarios.ExpiredReplay)]
    public async Task A_replayed_commit_that_has_expired_is_an_event_on_disk_before_the_event_leaves()
    {
        Spends(70);
        await DieAsync(70, KillPoint.BeforeSend);
        Assert.That(Record().Mode, Is.EqualTo(JournalMode.Commit));
        Ledger.HoldsExpire();

        using (var process = StartProcess(KillPoint.BeforeEvent))
        {
            await process.TellAsync("flush");
            await AssertKilledAsync(process);
        }

        AssertRequests("commit");
        Assert.That(Record().Mode, Is.EqualTo(JournalMode.Event));
        await RestartAsync();
        Assert.That(Records(), Is.Empty);
        AssertRequests("commit", "event");
    }

    [Test, Recovery(RecoveryScenarios.ThrottledRestart)]
    public async Task The_time_that_a_server_asked_for_outlives_the_process()
    {
        Spends(70);
        List<DateTimeOffset> commits = [];
        var throttle = Interferences.Answer(
            429,
            """{"error":"LIMIT_EXCEEDED","message":"Later.","request_id":"req_1"}""",
            headers: ("Retry-After", "600")
        );
        Ledger.Interfere(request =>
        {
            if (request.Operation != "commit")
            {
                return null;
            }

            commits.Add(Clock.GetUtcNow());
            return commits.Count == 1 ? throttle : null;
        });
        await DieAsync(70, KillPoint.Throttled);
        var record = Record();
        Assert.That(record.NotBeforeMs, Is.AtLeast(record.RecordedAtMs + 600_000));

        var allowed = DateTimeOffset.FromUnixTimeMilliseconds(record.NotBeforeMs!.Value);
        Clock.SetUtcNow(allowed - TimeSpan.FromMinutes(5));
        var client = Start();
        await EventuallyAsync(() => client.PendingSettlements.Count == 1, "the record was found");
        var flushing = FlushAsync(client);
        for (var i = 0; i < 10; i++)
        {
            // Others have been asked and answered by the time that a commit which must not come would have come.
            Assert.That(await client.GetBalancesAsync().CountAsync(), Is.EqualTo(1));
            await Task.Delay(20);
        }

        Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.That(commits, Has.Count.EqualTo(1));
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That(await flushing, Is.EqualTo(new FlushResult { Settled = 1, Replayed = 1 }));
        Assert.That(commits[1], Is.AtLeast(allowed));
        Assert.That(Records(), Is.Empty);
        AssertRequests("commit", "commit");
    }

    [Test, Recovery(RecoveryScenarios.RotatedKey)]
    public async Task A_new_key_of_the_tenant_finds_what_the_old_one_left_and_no_key_is_on_disk()
    {
        const string New = "cyc_test_rotated";
        Spends(70);
        await DieAsync(70, KillPoint.BeforeSend);
        Assert.That(IsOnDisk(LedgerServer.ApiKey), Is.False);
        Assert.That(IsOnDisk(LedgerServer.Tenant), "it would be found");
        Ledger.Keys.Revoke(Ledger.KeyId);
        Ledger.Keys.Add(New, LedgerServer.Tenant);

        await RestartAsync(New);
        Assert.That(Records(), Is.Empty);
        AssertRequests("commit");
        Assert.That(Ledger.Requests[^1].ApiKey, Is.EqualTo(New));
    }

    [Test, Recovery(RecoveryScenarios.UnreadableRecords)]
    public async Task What_is_corrupt_or_of_another_version_is_set_aside_and_reported_and_the_rest_is_settled()
    {
        Spends(70);
        await DieAsync(70, KillPoint.BeforeSend);
        var good = await File.ReadAllTextAsync(Records().Single());
        var corrupt = Put("v2-corrupt", good[..100]);
        var newer = Put("v2-newer", good.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal));

        var flush = await FlushAsync(Start());
        Assert.Multiple(() =>
        {
            Assert.That((flush.Pending, flush.Rejected), Is.EqualTo((0, 0)));
            foreach (var (path, text) in new[] { corrupt, newer })
            {
                Assert.That(File.ReadAllText(Path.ChangeExtension(path, ".corrupt")), Is.EqualTo(text));
                Assert.That(
                    Logs.GetSnapshot()
                        .Where(log => log.Level == Microsoft.Extensions.Logging.LogLevel.Error)
                        .Select(log => log.Message),
                    Has.Some.Contains(path)
                );
            }
        });
        AssertRequests("commit");

        (string Path, string Text) Put(string name, string text)
        {
            var path = Path.Combine(Folder, name + ".json");
            File.WriteAllText(path, text);
            return (path, text);
        }
    }

    [Test, Recovery(RecoveryScenarios.ConcurrentReplay)]
    public async Task Two_processes_that_replay_a_record_at_once_charge_it_once()
    {
        Spends(70);
        await DieAsync(70, KillPoint.BeforeSend);
        string[] keys = [LedgerServer.ApiKey, "cyc_test_other"];
        Ledger.Keys.Add(keys[1], LedgerServer.Tenant);

        // Neither is answered before both have asked.
        var asked = new HashSet<string?>();
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Ledger.Interfere(request =>
            request.Operation != "commit"
                ? null
                : async (_, apply) =>
                {
                    lock (asked)
                    {
                        if (asked.Add(request.ApiKey) && asked.Count == 2)
                        {
                            both.SetResult();
                        }
                    }

                    await both.Task;
                    await apply();
                }
        );
        var processes = keys.Select(key => StartProcess(key: key)).ToArray();
        var said = await Task.WhenAll(processes.Select(process => process.AskAsync("flush")));
        Assert.That(said, Is.All.EqualTo("replayed 1 rejected 0 pending 0"));
        foreach (var process in processes)
        {
            Assert.That(await process.EndAsync(), Is.EqualTo((0, "")));
            process.Dispose();
        }

        Assert.That(Records(), Is.Empty);
        AssertRequests("commit", "commit");
    }

    [Test, Recovery(RecoveryScenarios.CollidingNames)]
    public async Task A_record_with_an_older_name_is_settled_and_one_that_shares_the_name_is_not_lost()
    {
        Spends(140);
        var first = await DieAsync(70, KillPoint.BeforeSend);
        Assert.That(Path.GetFileName(Records().Single()), Is.EqualTo(JournalNames.Of(first)));

        // As an older version leaves it; an id of another shape would have shared the name.
        File.Move(Records().Single(), Path.Combine(Folder, JournalNames.Legacy(first)));
        await RestartAsync();
        Assert.That(Records(), Is.Empty);

        // Another server's record, whose id has the same older name.
        var second = await DieAsync(70, KillPoint.BeforeSend);
        var other = Record() with { ReservationId = second.Replace('_', '/'), BaseUrl = JournalRecords.Server };
        Assert.That(JournalNames.Legacy(other.ReservationId), Is.EqualTo(JournalNames.Legacy(second)));
        await File.WriteAllBytesAsync(Path.Combine(Folder, JournalNames.Legacy(second)), other.ToUtf8Json());
        await RestartAsync();
        var left = Records().Single();
        Assert.That(Path.GetFileName(left), Is.EqualTo(JournalNames.Of(other.ReservationId)));
        Assert.That(await File.ReadAllBytesAsync(left), Is.EqualTo(other.ToUtf8Json()));
        File.Delete(left);
    }
}
