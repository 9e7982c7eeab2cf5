using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>One model call that is answered update by update, however that ends.</summary>
public sealed class StreamTests : ChatFixture
{
    /// <summary>Seven input tokens, and four for each part of 16 characters.</summary>
    private const long CountedInput = 700;
    private const long CountedPart = 800;

    private static readonly ChatOptions Short = new() { MaxOutputTokens = 50 };
    private const long ShortEstimate = 12_840;

    [Test]
    public void A_stream_that_is_never_enumerated_holds_nothing()
    {
        _ = Guard().GetStreamingResponseAsync(Ask());

        Assert.That(Authority.Requests, Is.Empty);
        Assert.That(Model.Calls, Is.Zero);
    }

    [Test]
    public async Task A_stream_that_is_read_to_its_end_costs_its_usage()
    {
        Spends(2_000);
        Model.Updates = _ => [Text(), Text(), Finish(), Usage(10, 5)];

        var updates = await Guard().GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(updates, Has.Count.EqualTo(4));
        Assert.That(Commit.Metrics!.TokensOutput, Is.EqualTo(5));
        Assert.That(Commit.Metadata, Is.Null);
        Assert.That(Model.Ended, Is.EqualTo(1));
    }

    [Test]
    public async Task A_stream_that_is_enumerated_twice_holds_twice()
    {
        Spends(4_000);
        Model.Updates = _ => [Text(), Usage(10, 5)];
        var stream = Guard().GetStreamingResponseAsync(Ask());

        await stream.ToListAsync();
        await stream.ToListAsync();

        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
        Assert.That(Model.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task What_its_reader_asks_between_two_updates_is_charged_too()
    {
        Spends(2_000 + 300);
        Model.Updates = _ => [Text(), Usage(10, 5)];
        var messages = Ask();
        using var app = Guard();

        await foreach (var update in app.GetStreamingResponseAsync(messages))
        {
            if (update.Text.Length > 0)
            {
                await app.GetResponseAsync(messages);
            }
        }

        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Each_update_comes_through_before_the_next_one_is_there()
    {
        Spends(2_000);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Model.Waits = _ => gate.Task;
        Model.Updates = _ => [Text(), Usage(10, 5)];
        await using var updates = Guard().GetStreamingResponseAsync(Ask()).GetAsyncEnumerator();

        Assert.That(await updates.MoveNextAsync());
        Assert.That(updates.Current.Text, Does.Contain("part"));
        var second = updates.MoveNextAsync();
        Assert.That(second.IsCompleted, Is.False);
        gate.SetResult();
        Assert.That(await second);
        Assert.That(await updates.MoveNextAsync(), Is.False);
    }

    [Test]
    public async Task A_denial_throws_from_the_first_MoveNextAsync()
    {
        Ledger.Administer("acme").Freeze("tenant:acme", Budget.Unit);
        await using var updates = Guard().GetStreamingResponseAsync(Ask()).GetAsyncEnumerator();

        await Assert.CatchAsync<BudgetDeniedException>(async () => await updates.MoveNextAsync());

        Assert.That(Model.Calls, Is.Zero);
    }

    [Test]
    public async Task A_stream_that_is_broken_off_costs_what_was_sent_and_what_came_through()
    {
        Spends(CountedInput + 2 * CountedPart);
        Model.Updates = _ => [Text(), Text(), Text(), Usage(10, 5)];

        await ReadAsync(2);

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
        Assert.That(Model.Read, Is.EqualTo(2), "nothing is read on");
        Assert.That(Model.Ended, Is.EqualTo(1));
    }

    /// <summary>A part is 4 tokens by count. Some providers report the input at the start and the output at the end.</summary>
    [TestCase(10, 1, 2, 10 * 100 + 8 * 200)]
    [TestCase(10, 5, 2, 10 * 100 + 8 * 200)]
    [TestCase(10, 9, 2, 10 * 100 + 9 * 200)]
    [TestCase(2, 1, 1, 2 * 100 + 4 * 200)]
    [TestCase(0, 1, 2, 7 * 100 + 8 * 200)]
    [TestCase(10, 0, 1, 10 * 100 + 4 * 200)]
    public async Task A_stream_that_ends_early_costs_the_more_of_what_was_reported_and_what_came_through(
        long input,
        long output,
        int parts,
        long microcents
    )
    {
        Spends(3 * microcents);
        using var cancel = new CancellationTokenSource();
        Model.Updates = _ =>
            [Usage(input, output), .. Enumerable.Repeat(Text(), parts), new IOException("The connection broke.")];

        await ReadAsync(1 + parts);
        await Assert.CatchAsync<IOException>(async () => await ReadAsync(int.MaxValue));
        await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            var read = 0;
            await foreach (var update in Guard().GetStreamingResponseAsync(Ask(), Short, cancel.Token))
            {
                if (++read == 1 + parts)
                {
                    await cancel.CancelAsync();
                }
            }
        });

        var commits = Authority.Requests.OfType<CommitRequest>().ToList();
        Assert.That(commits, Has.Count.EqualTo(3));
        Assert.That(commits.Select(commit => commit.Actual.Value), Is.All.EqualTo(microcents));
        Assert.That(commits.Select(commit => commit.Metadata!["actual_source"].GetString()), Is.All.EqualTo("counted"));
    }

    [TestCase(10, 1, 10 * 100 + 80 * 200, "counted")]
    [TestCase(10, 2, 10 * 100 + 2 * 200, null)]
    public async Task A_stream_that_ends_without_a_finish_reason_and_reports_too_little_was_cut(
        long input,
        long output,
        long microcents,
        string? source
    )
    {
        Spends(microcents);
        Model.Updates = _ => [.. Enumerable.Repeat(Text(), 20), Usage(input, output)];

        await Guard().GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(Commit.Metadata?["actual_source"].GetString(), Is.EqualTo(source));
    }

    [TestCase("The order was sent and comes tomorrow evening. ", 1, 180)]
    [TestCase(" заказ отправлен, курьер позвонит завтра вечером", 4, 190)]
    public async Task One_that_reports_all_of_it_costs_that_into_however_many_updates_it_was_cut_up(
        string text,
        int size,
        long output
    )
    {
        Spends(10 * 100 + output * 200);
        var pieces = string.Concat(Enumerable.Repeat(text, 16)).Chunk(size).Select(piece => Text(new string(piece)));
        Model.Updates = _ => [.. pieces, Usage(10, output)];

        await Guard().GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_stream_that_ends_with_a_finish_reason_costs_what_was_reported_before_it()
    {
        Spends(10 * 100 + 200);
        Model.Updates = _ => [Usage(10, 1), Text(), Text(), Finish()];

        await Guard().GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(Commit.Metadata, Is.Null);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Usage_that_is_reported_once_the_model_is_done_is_the_cost_however_the_stream_ends(bool breaks)
    {
        Spends(10 * 100 + 200);
        var finish = Usage(10, 1);
        finish.FinishReason = ChatFinishReason.Stop;
        Model.Updates = _ => [Text(), Text(), finish, new IOException("The connection broke.")];

        var reading = ReadAsync(breaks ? int.MaxValue : 3);

        if (breaks)
        {
            await Assert.CatchAsync<IOException>(async () => await reading);
        }
        else
        {
            await reading;
        }

        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task Usage_that_is_empty_at_the_end_is_no_final_one()
    {
        Spends(10 * 100 + 8 * 200);
        Model.Updates = _ => [Usage(10, 1), Text(), Text(), Finish(), Usage(0, 0), new IOException("It broke.")];

        await Assert.CatchAsync<IOException>(async () => await ReadAsync(int.MaxValue));

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
    }

    [Test]
    public async Task A_consumer_that_stops_at_the_finish_reason_still_pays_the_usage_behind_it()
    {
        Spends(2_000);
        Model.Updates = _ => [Text(), Finish(), Usage(10, 5)];

        await ReadAsync(2);

        Assert.That(Model.Read, Is.EqualTo(3));
        Assert.That(Model.Ended, Is.EqualTo(1));
        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_stream_that_hangs_behind_its_finish_reason_is_waited_for_2_seconds()
    {
        Spends(CountedInput + CountedPart);
        var gate = new TaskCompletionSource();
        Model.Updates = _ => [Text(), Finish(), Usage(10, 5)];
        Model.Waits = _ => Model.Read < 2 ? Task.CompletedTask : gate.Task;

        var reading = ReadAsync(2);
        Assert.That(reading.IsCompleted, Is.False);
        Clock.Advance(TimeSpan.FromSeconds(2));
        await reading;

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
        Assert.That(Model.Ended, Is.Zero, "an enumerator on its way must not be disposed");
        gate.SetResult();
        Assert.That(() => Model.Ended, Is.EqualTo(1).After(60_000, 10));
    }

    [Test]
    public async Task A_stream_that_does_not_end_behind_its_finish_reason_is_read_on_a_little()
    {
        Model.Updates = _ => Enumerable.Repeat(Text(), 1_000).Prepend(Finish());

        await ReadAsync(1);

        Spends(CountedInput + 16 * CountedPart);
        Assert.That(Model.Read, Is.EqualTo(17));
    }

    [Test]
    public async Task A_stream_that_breaks_behind_its_finish_reason_troubles_nobody()
    {
        Spends(CountedInput + CountedPart);
        Model.Updates = _ => [Text(), Finish(), new IOException("The connection broke.")];

        await ReadAsync(2);
    }

    [Test]
    public async Task A_cancelled_stream_costs_what_came_through()
    {
        Spends(CountedInput + CountedPart);
        using var cancel = new CancellationTokenSource();
        Model.Updates = _ => [Text(), Finish(), Usage(10, 5)];

        var reading = Guard().GetStreamingResponseAsync(Ask(), cancellationToken: cancel.Token);

        await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in reading)
            {
                await cancel.CancelAsync();
            }
        });
    }

    [Test]
    public async Task A_stream_that_is_cancelled_at_the_finish_reason_is_not_read_on()
    {
        Spends(CountedInput);
        using var cancel = new CancellationTokenSource();
        Model.Updates = _ => [Finish(), Usage(10, 5)];

        await foreach (var update in Guard().GetStreamingResponseAsync(Ask()).WithCancellation(cancel.Token))
        {
            await cancel.CancelAsync();
            break;
        }

        Assert.That(Model.Read, Is.EqualTo(1));
    }

    [Test]
    public async Task A_stream_that_was_cancelled_before_its_first_update_costs_nothing()
    {
        using var cancel = new CancellationTokenSource();
        Model.Updates = _ =>
        {
            cancel.Cancel();
            return [Text()];
        };

        await Assert.CatchAsync<OperationCanceledException>(async () =>
            await Guard().GetStreamingResponseAsync(Ask(), cancellationToken: cancel.Token).ToListAsync()
        );

        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_stream_that_breaks_costs_what_came_through_and_its_exception_comes_through()
    {
        Spends(CountedInput + CountedPart);
        var broken = new IOException("The connection broke.");
        Model.Updates = _ => [Text(), broken];

        var caught = await Assert.CatchAsync<IOException>(async () =>
            await Guard().GetStreamingResponseAsync(Ask()).ToListAsync()
        );

        Assert.That(caught, Is.SameAs(broken));
    }

    [Test]
    public async Task A_stream_that_breaks_before_its_first_update_costs_nothing()
    {
        Model.Updates = _ => [new IOException("The connection broke.")];

        await Assert.CatchAsync<IOException>(async () => await Guard().GetStreamingResponseAsync(Ask()).ToListAsync());

        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_client_that_throws_instead_of_streaming_costs_nothing()
    {
        using var broken = new BrokenClient();

        await Assert.CatchAsync<NotSupportedException>(async () =>
            await Guard(broken).GetStreamingResponseAsync(Ask(), new ChatOptions { ModelId = "m" }).ToListAsync()
        );

        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_stream_without_usage_costs_the_estimate()
    {
        Spends(ShortEstimate);
        Model.Updates = _ => [Text(), Finish()];

        await Guard().GetStreamingResponseAsync(Ask(), Short).ToListAsync();

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
    }

    [Test]
    public async Task A_stream_without_usage_costs_what_came_through_where_that_is_more_than_the_estimate()
    {
        Spends(CountedInput + 100 * CountedPart);
        Model.Updates = _ => [.. Enumerable.Repeat(Text(), 100), Finish()];

        await Guard().GetStreamingResponseAsync(Ask(), Short).ToListAsync();

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
        Assert.That(LogIds, Has.Some.EqualTo(208));
    }

    [TestCase(UsageAggregation.Sum, 10 * 100 + 12 * 200)]
    [TestCase(UsageAggregation.Cumulative, 10 * 100 + 7 * 200)]
    public async Task Several_usages_are_added_up_or_the_highest_counts(UsageAggregation aggregation, long microcents)
    {
        Spends(microcents);
        Model.Updates = _ => [Usage(10, 5), Text(), Finish(), Usage(0, 7)];

        await Guard(options => options.UsageAggregation = aggregation).GetStreamingResponseAsync(Ask()).ToListAsync();
    }

    [TestCase(BrokenStreamCharge.CommitObserved, CountedInput + CountedPart)]
    [TestCase(BrokenStreamCharge.CommitEstimate, ShortEstimate)]
    [TestCase(BrokenStreamCharge.Release, 0)]
    public async Task What_a_broken_stream_costs_is_a_policy(BrokenStreamCharge policy, long microcents)
    {
        Spends(microcents);
        Model.Updates = _ => [Text(), Text()];

        await ReadAsync(1, Guard(options => options.BrokenStreams = policy));
    }

    [TestCase(BrokenStreamCharge.CommitObserved, 10 * 100 + 5 * 200, "counted")]
    [TestCase(BrokenStreamCharge.CommitEstimate, ShortEstimate, "estimate")]
    [TestCase(BrokenStreamCharge.Release, 10 * 100 + 5 * 200, null)]
    public async Task Usage_that_was_reported_is_charged_by_every_policy(
        BrokenStreamCharge policy,
        long microcents,
        string? source
    )
    {
        Spends(2 * microcents);
        Model.Updates = _ => [Usage(10, 5), Text(), new IOException("The connection broke.")];
        var guard = Guard(options => options.BrokenStreams = policy);

        await ReadAsync(2, guard);
        await Assert.CatchAsync<IOException>(async () => await ReadAsync(3, guard));

        Assert.That(
            Authority.Requests.OfType<CommitRequest>().Select(commit => commit.Metadata?["actual_source"].GetString()),
            Is.EqualTo([source, source])
        );
        Assert.That(
            Logs.GetSnapshot().Where(record => record.Id.Id == 208).Select(record => record.Message),
            Is.All.EqualTo("A call of m reported no usage, or not all of it; 12840 USD_MICROCENTS is committed for it")
                .And.Exactly(source == "estimate" ? 2 : 0)
                .Items
        );
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task The_estimate_is_not_charged_where_more_came_through(bool reports)
    {
        // 100 parts of 16 characters, where 50 tokens were expected.
        Spends(100 * CountedPart + (reports ? 100 : CountedInput));
        Model.Updates = _ => Enumerable.Repeat(Text(), 101).Prepend(reports ? Usage(1, 1) : Text(""));

        await ReadAsync(101, Guard(options => options.BrokenStreams = BrokenStreamCharge.CommitEstimate));

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
    }

    [Test]
    public async Task A_stream_that_the_model_goes_on_with_behind_a_token_costs_the_estimate_and_its_rest_nothing(
        [Values] BrokenStreamCharge policy
    )
    {
        Spends(ShortEstimate);
        var token = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        Model.Updates = call =>
            call == 0
                ? Enumerable
                    .Range(0, 3)
                    .Select(_ => new ChatResponseUpdate(ChatRole.Assistant, Canary) { ContinuationToken = token })
                : [Text(), Finish(), Usage(10, 40)];
        var guard = Guard(options => options.BrokenStreams = policy);

        await ReadAsync(1, guard);
        await guard.GetStreamingResponseAsync([], new ChatOptions { ContinuationToken = token }).ToListAsync();

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
        Assert.That(Model.Calls, Is.EqualTo(2));
    }

    [Test]
    public async Task A_stream_that_ends_while_the_model_goes_on_costs_the_estimate_whatever_it_reports_by_then()
    {
        Spends(ShortEstimate);
        var part = Text();
        part.ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 });
        Model.Updates = _ => [Usage(10, 1), part];

        await Guard().GetStreamingResponseAsync(Ask(), Short).ToListAsync();

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
    }

    [Test]
    public async Task A_stream_without_any_update_costs_nothing_by_every_policy([Values] BrokenStreamCharge policy)
    {
        using var cancel = new CancellationTokenSource();
        var guard = Guard(options => options.BrokenStreams = policy);
        Model.Updates = _ =>
        {
            cancel.Cancel();
            return [Text()];
        };

        _ = guard.GetStreamingResponseAsync(Ask());
        Assert.That(Authority.Requests, Is.Empty, "never enumerated");

        await Assert.CatchAsync<OperationCanceledException>(async () =>
            await guard.GetStreamingResponseAsync(Ask(), cancellationToken: cancel.Token).ToListAsync()
        );
        Model.Updates = _ => [new IOException("The connection broke.")];
        await Assert.CatchAsync<IOException>(async () => await ReadAsync(1, guard));

        Assert.That(Authority.Requests.OfType<ReleaseRequest>().Count(), Is.EqualTo(2));
        Assert.That(Authority.Requests.OfType<CommitRequest>(), Is.Empty);
    }

    [Test]
    public async Task A_consumer_that_throws_breaks_the_stream_off()
    {
        Spends(CountedInput + CountedPart);
        Model.Updates = _ => [Text(), Text()];

        await Assert.CatchAsync<FormatException>(async () =>
        {
            await foreach (var update in Guard().GetStreamingResponseAsync(Ask()))
            {
                throw new FormatException();
            }
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_enumerator_that_is_dropped_leaves_its_hold_to_the_TTL(bool isInRun)
    {
        Model.Updates = _ => [Text(), Text()];
        await using var run = isInRun ? Cycles.BeginRun("case", options => options.TimeProvider = Clock) : null;

        await DropAsync();

        Assert.That((await Cycles.GetBalancesAsync().SingleAsync()).Reserved!.Value.Value, Is.Positive);
        for (var i = 0; i < 40; i++)
        {
            // In steps that a heartbeat, should it go on, keeps up with.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.That((await Cycles.GetBalancesAsync().SingleAsync()).Reserved!.Value.Value, Is.Zero);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task DropAsync()
    {
        var dropped = Guard().GetStreamingResponseAsync(Ask()).GetAsyncEnumerator();
        await dropped.MoveNextAsync();
    }

    [Test]
    public async Task What_a_consumer_does_to_an_update_changes_no_charge()
    {
        Spends(2_000);
        Model.Updates = _ => [Usage(10, 5)];

        await foreach (var update in Guard().GetStreamingResponseAsync(Ask()))
        {
            update.Contents.OfType<UsageContent>().Single().Details.InputTokenCount = 1_000;
            update.Contents.Clear();
        }
    }

    [Test]
    public async Task An_estimator_that_throws_on_a_reply_does_not_break_the_stream()
    {
        Spends(2_000);
        Model.Updates = _ => [Text($"{Canary} unheard"), Text($"{Canary} unheard"), Usage(10, 5)];

        await Guard(options => options.TokenEstimator = new PickyEstimator())
            .GetStreamingResponseAsync(Ask())
            .ToListAsync();

        var told = Logs.GetSnapshot().Single(record => record.Id.Id == 210);
        Assert.That(told.Message, Does.Contain(nameof(FormatException)), "and the fixture finds no content");
    }

    [Test]
    public async Task A_commit_that_fails_never_breaks_the_stream()
    {
        Authority.RefusesCommits = new CyclesError
        {
            Status = 400,
            RawCode = "INVALID_REQUEST",
            Message = "Gone.",
        };
        Model.Updates = _ => [Text(), Usage(10, 5)];

        var updates = await Guard().GetStreamingResponseAsync(Ask()).ToListAsync();

        Assert.That(updates, Has.Count.EqualTo(2));
        Clock.Advance(TimeSpan.FromMinutes(2));
    }

    [Test]
    public async Task The_consumers_ambient_state_is_its_own_between_updates()
    {
        Spends(2_000);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Cycles.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var own = new Activity("own").Start();
        Model.Updates = _ => [Text(), Text(), Finish(), Usage(10, 5)];

        await foreach (var update in Guard().GetStreamingResponseAsync(Ask()))
        {
            Assert.That(Activity.Current, Is.SameAs(own));
        }

        Assert.That(Activity.Current, Is.SameAs(own));
    }

    /// <summary>Reads that many updates and stops.</summary>
    private async Task ReadAsync(int count, IChatClient? guard = null)
    {
        await foreach (var update in (guard ?? Guard()).GetStreamingResponseAsync(Ask(), Short))
        {
            if (--count == 0)
            {
                break;
            }
        }
    }

    private sealed class BrokenClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }

    private sealed class PickyEstimator : ITokenEstimator
    {
        public long CountTokens(string text) =>
            text.EndsWith("unheard", StringComparison.Ordinal) ? throw new FormatException($"Unheard of: {text}") : 1;
    }
}
