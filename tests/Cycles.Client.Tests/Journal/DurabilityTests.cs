namespace Cycles.Client.Tests;

/// <summary>A known amount outlives the process that knew it, and is charged once.</summary>
public sealed class DurabilityTests : JournalFixture
{
    [Test]
    public async Task An_amount_is_written_down_before_its_first_request_leaves()
    {
        Spends(70);
        List<(JournalMode Mode, int Commits)> writes = [];
        Journal.OnWrite = record => writes.Add((record.Mode, Authority.Count(Operation.Commit)));
        var settlement = await CommitAsync(Start(), 70);
        Assert.Multiple(() =>
        {
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(writes, Is.EqualTo(new[] { (JournalMode.Commit, 0) }));
            Assert.That(Kept.Records, Is.Empty, "it goes once it is settled");
        });
    }

    [Test]
    public async Task Only_what_the_first_attempt_left_open_is_logged_as_settled_in_the_background(
        [Values] bool answered,
        [Values] bool replayed
    )
    {
        Spends(70);
        var client = Start();
        var gate = NewGate();
        Authority.Next(Operation.Commit, (answered ? Fault.None : Fault.LostAfter) with { Gate = gate.Task });
        var committing = CommitAsync(client, 70);
        gate.SetResult();
        await committing;
        if (replayed)
        {
            Kill(client);
            client = Start();
        }

        await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(
            Logs.GetSnapshot()
                .Count(log => log.Message.Contains("settled in the background", StringComparison.Ordinal)),
            Is.EqualTo(answered ? 0 : 1)
        );
    }

    [Test]
    public async Task A_process_that_ends_with_its_commit_under_way_loses_nothing_and_charges_once(
        [Values] bool arrived
    )
    {
        Spends(70);
        Authority.Next(Operation.Commit, arrived ? Fault.LostAfter : Fault.LostBefore);
        var first = Start();
        Assert.That((await CommitAsync(first, 70)).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Kill(first);
        Assert.That(Kept.Records, Has.Count.EqualTo(1));

        // Held up, because the replay may be faster than the flush, which counts from its own beginning.
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
        var flushing = Start().FlushAsync(Timeout.InfiniteTimeSpan);
        gate.SetResult();
        var flush = await flushing;
        Assert.Multiple(() =>
        {
            Assert.That(flush, Is.EqualTo(new FlushResult { Settled = 1, Replayed = 1 }));
            Assert.That(Keys(Operation.Commit).Distinct().ToArray(), Has.Length.EqualTo(1), "the same key");
            Assert.That(Kept.Records, Is.Empty);
            Assert.That(Unrecorded, Is.Empty, "what is kept is not lost");
        });
    }

    [Test]
    public async Task An_expired_commit_is_an_event_in_the_journal_before_the_event_leaves()
    {
        Spends(70);
        List<(JournalMode Mode, int Events)> writes = [];
        Journal.OnWrite = record => writes.Add((record.Mode, Authority.Count(Operation.Event)));
        Authority.Next(Operation.Event, Fault.LostAfter);
        var first = Start();
        await using var guard = await first.ReserveAsync(Work, Tokens(100));
        HoldsExpire();
        Assert.That((await guard.CommitAsync(Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Kill(first);
        Assert.That(writes, Is.EqualTo(new[] { (JournalMode.Commit, 0), (JournalMode.Event, 0) }));

        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.Multiple(() =>
        {
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1), "no commit once it is an event");
            Assert.That(Authority.Count(Operation.Event), Is.EqualTo(2));
            Assert.That(Keys(Operation.Event).Distinct(), Is.EqualTo(Keys(Operation.Commit)), "the commit's key");
            Assert.That(Kept.Records, Is.Empty);
        });
    }

    [Test]
    public async Task A_replayed_commit_that_has_expired_is_an_event_with_all_that_is_known()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.LostBefore);
        var first = Start();
        var guard = await first.ReserveAsync(Work, Tokens(100));
        await guard.CommitAsync(
            Tokens(70),
            metadata: new Dictionary<string, System.Text.Json.JsonElement> { ["a"] = Json("1") }
        );
        Kill(first);
        HoldsExpire();

        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        var recorded = Authority.Requests<EventCreateRequest>(Operation.Event).Single();
        Assert.Multiple(() =>
        {
            Assert.That(recorded.Subject.Tenant, Is.EqualTo("acme"));
            Assert.That(recorded.Action, Is.EqualTo(Work));
            Assert.That(recorded.Actual, Is.EqualTo(Tokens(70)));
            Assert.That(recorded.OveragePolicy, Is.Null);
            Assert.That(recorded.Metadata!["a"].GetInt32(), Is.EqualTo(1));
            Assert.That(recorded.Metadata["recovered_reservation_id"].GetString(), Is.EqualTo(guard.ReservationId));
            Assert.That(
                recorded.Metadata["recovery_reason"].GetString(),
                Is.EqualTo("commit_after_reservation_expired")
            );
        });
    }

    [Test]
    public async Task A_plain_event_outlives_its_process_too()
    {
        Spends(7);
        Authority.Next(Operation.Event, Fault.LostAfter);
        var first = Start();
        await first.RecordEventAsync(Work, Tokens(7), new EventOptions { IdempotencyKey = "mine" });
        Kill(first);
        var record = Kept.Records.Single();
        Assert.That((record.ReservationId, record.Mode), Is.EqualTo(("event-mine", JournalMode.Event)));
        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Keys(Operation.Event), Is.EqualTo(new[] { "mine", "mine" }));
    }

    [Test]
    public async Task The_time_that_a_server_asked_for_outlives_the_process()
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(429, "LIMIT_EXCEEDED", TimeSpan.FromSeconds(50)));
        var first = Start();
        await CommitAsync(first, 70);
        Kill(first);
        Assert.That(
            Kept.Records.Single().NotBeforeMs,
            Is.EqualTo((Clock.GetUtcNow() + TimeSpan.FromSeconds(50)).ToUnixTimeMilliseconds())
        );
        Clock.Advance(TimeSpan.FromSeconds(20));

        var second = Start();
        var flushing = second.FlushAsync(Timeout.InfiniteTimeSpan);
        await EventuallyAsync(() => second.PendingSettlements.Count == 1, "the record was found");
        Clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
        Clock.Advance(TimeSpan.FromSeconds(0.2));
        await flushing;
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
    }

    [TestCase(-30, 60)]
    [TestCase(30, 0)]
    public async Task A_clock_that_was_set_parks_an_amount_for_an_hour_at_most(int days, int minutes)
    {
        Spends(70);
        Authority.Next(Operation.Commit, Fault.Refused(429, retryAfter: TimeSpan.FromMinutes(5)));
        var first = Start();
        await CommitAsync(first, 70);
        Kill(first);
        var record = Kept.Records.Single();
        var step = (long)TimeSpan.FromDays(-days).TotalMilliseconds;
        await Kept.WriteAsync(
            record with
            {
                NotBeforeMs = record.NotBeforeMs + step,
                RecordedAtMs = record.RecordedAtMs + step,
            }
        );

        var second = Start();
        var flushing = second.FlushAsync(Timeout.InfiniteTimeSpan);
        if (minutes > 0)
        {
            await EventuallyAsync(() => second.PendingSettlements.Count == 1, "the record was found");
            Assert.That(second.PendingSettlements.OldestAge, Is.EqualTo(TimeSpan.Zero), "no age from the future");
            Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromMilliseconds(1));
            Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await flushing;
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(2));
    }

    [Test]
    public async Task A_refusal_goes_to_the_dead_letters_and_the_caller_learns_why([Values] bool replayed)
    {
        if (replayed)
        {
            Authority.Next(Operation.Commit, Fault.LostBefore, Fault.Refused(409, "BUDGET_EXCEEDED"));
            var first = Start();
            await CommitAsync(first, 70);
            Kill(first);
            await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        }
        else
        {
            Authority.Next(Operation.Commit, Fault.Refused(409, "BUDGET_EXCEEDED"));
            await Assert.ThrowsAsync<CyclesException>(() => CommitAsync(Start(), 70));
        }

        Assert.Multiple(() =>
        {
            Assert.That(Unrecorded.Single().Error!.RawCode, Is.EqualTo("BUDGET_EXCEEDED"));
            Assert.That(Unrecorded.Single().Subject.Tenant, Is.EqualTo("acme"));
            Assert.That(Kept.Records, Is.Empty);
            Assert.That(Kept.DeadLetters, Has.Count.EqualTo(1));
            Assert.That(Authority.Count(Operation.Release), Is.Zero);
        });
        HoldsExpire();
    }

    [Test]
    public async Task A_record_without_an_event_whose_hold_expired_is_refused_for_good()
    {
        Authority.Next(Operation.Commit, Fault.LostBefore);
        var first = Start();
        await CommitAsync(first, 70);
        Kill(first);
        await Kept.WriteAsync(Kept.Records.Single() with { EventFallbackBody = null });
        HoldsExpire();
        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Kept.DeadLetters, Has.Count.EqualTo(1));
        Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
    }

    [Test]
    public async Task A_body_that_is_not_understood_stays_for_who_understands_it()
    {
        Spends(70);
        var strange = new JournalRecord
        {
            ReservationId = "rsv_strange",
            BaseUrl = "",
            Mode = JournalMode.Commit,
            CommitBody = "{\"actual\":\"seven\"}"u8.ToArray(),
        };
        await Kept.WriteAsync(strange);
        var client = Start();
        await CommitAsync(client, 70);
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Kept.Records, Is.EqualTo(new[] { strange }));
        Assert.That(
            Logs.GetSnapshot().Select(log => log.Message),
            Has.Some.Contains("rsv_strange").And.None.Contains("seven")
        );
    }

    [Test]
    public async Task A_journal_that_fails_is_reported_and_the_amount_settled_all_the_same()
    {
        Spends(70);
        var client = Start();
        Journal.Fault = () => new IOException("No space left on device");
        Assert.That((await CommitAsync(client, 70)).Outcome, Is.EqualTo(SettlementOutcome.Committed));
        Assert.That(
            Logs.GetSnapshot().Select(log => log.Message),
            Has.Some.Contains("could not be written to the journal")
        );
    }

    [Test]
    public async Task What_could_not_be_kept_is_kept_as_soon_as_there_is_room()
    {
        Authority.Always(Operation.Commit, Fault.LostBefore);
        var client = Start();
        Journal.Fault = () => new IOException("No space left on device");
        await CommitAsync(client, 70);
        Assert.That(Kept.Records, Is.Empty);
        Journal.Fault = null;
        Pass(TimeSpan.FromSeconds(1));
        Assert.That(Kept.Records, Has.Count.EqualTo(1));
        Kill(client);
        Assert.That(Unrecorded, Is.Empty);
        HoldsExpire();
    }

    [Test]
    public async Task What_no_journal_keeps_is_reported_when_the_client_ends()
    {
        Authority.Always(Operation.Commit, Fault.LostBefore);
        var client = Start();
        Journal.Fault = () => new IOException("No space left on device");
        await CommitAsync(client, 70);
        Kill(client);
        Assert.That(Unrecorded.Single().Actual, Is.EqualTo(Tokens(70)));
        HoldsExpire();
    }

    [Test]
    public async Task A_commit_after_the_clients_end_is_kept_for_the_next_start()
    {
        Spends(70);
        var first = Start();
        await using var guard = await first.ReserveAsync(Work, Tokens(100));
        await first.DisposeAsync();
        Assert.That((await guard.CommitAsync(Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(Authority.Count(Operation.Commit), Is.Zero);
        Assert.That(Unrecorded, Is.Empty);
        await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Kept.Records, Is.Empty);
    }

    [Test]
    public async Task Two_clients_of_one_process_replay_a_journal_once_and_a_later_one_again()
    {
        Spends(70);
        Authority.Always(Operation.Commit, Fault.LostBefore);
        var first = Start();
        await CommitAsync(first, 70);
        await first.FlushAsync(TimeSpan.Zero);
        await EventuallyAsync(() => Journal.Reads == 1, "the first one looked");
        var second = Start();
        await second.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Journal.Reads, Is.EqualTo(1));
        Kill(first);
        Authority.Always(Operation.Commit, Fault.None);
        var flush = await Start().FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That((Journal.Reads, flush.Replayed), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task What_a_client_is_settling_is_not_replayed_beside_it()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
        var client = Start();
        var committing = CommitAsync(client, 70);
        await EventuallyAsync(() => Journal.Reads == 1, "the journal was read");
        gate.SetResult();
        await committing;
        await client.FlushAsync(Timeout.InfiniteTimeSpan);
        Assert.That(Authority.Count(Operation.Commit), Is.EqualTo(1));
    }

    [Test]
    public async Task A_flush_may_be_repeated_and_leaves_what_it_could_not_settle()
    {
        Spends(7);
        Authority.Next(Operation.Commit, Fault.LostBefore, Fault.LostBefore, Fault.LostBefore);
        var client = Start();
        await CommitAsync(client, 7);
        for (var i = 0; i < 2; i++)
        {
            Assert.That(await client.FlushAsync(TimeSpan.Zero), Is.EqualTo(new FlushResult { Pending = 1 }));
            Assert.That(Kept.Records, Has.Count.EqualTo(1));
        }

        Assert.That(await client.FlushAsync(Timeout.InfiniteTimeSpan), Is.EqualTo(new FlushResult { Settled = 1 }));
        Assert.That(Kept.Records, Is.Empty);
    }
}
