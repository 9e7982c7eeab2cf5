using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Which calls belong to which run.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class ScopeTests(bool streaming) : RunFixture(streaming)
{
    [Test]
    public async Task A_run_without_calls_asks_nobody()
    {
        await using (Begin(o => (o.Hold, o.KeepForFinalAnswer) = (Amount.Usd(0.5m), Amount.Usd(0.1m)))) { }

        Assert.That(Authority.Requests, Is.Empty);
        Assert.That(Summaries.Single().Calls, Is.Zero);
    }

    [Test]
    public async Task Every_call_carries_the_runs_id_in_its_dimensions_and_its_key()
    {
        using var agent = Agent(new MeteredModel(["a", "b", "c"], ["a"]));
        await using var run = Begin();

        await AskAsync(agent);

        Assert.Multiple(() =>
        {
            Assert.That(Authority.Creates, Has.Count.EqualTo(7));
            Assert.That(Authority.Creates.Select(create => create.Subject.Dimensions!["run"]), Is.All.EqualTo(run.Id));
            Assert.That(
                Authority.Creates.Select(create => create.Subject.Dimensions!["team"]),
                Is.All.EqualTo("red"),
                "the client's own stay"
            );
            Assert.That(Authority.Keys, Is.Unique.And.All.StartsWith($"run-{run.Id}-"));
            Assert.That(run.Summary.Calls, Is.EqualTo(7));
        });
    }

    [Test]
    public async Task The_subject_of_a_run_fills_what_the_guards_leave_open()
    {
        Admin.Budget("tenant:acme/agent:one", Amount.RiskPoints(100));
        using var agent = Agent(
            new MeteredModel(["a"]),
            chat: o => o.Subject = new Subject { Agent = "two", Workflow = null }
        );
        await using var run = Begin(o => o.Subject = new Subject { Agent = "one", Workflow = "w" });

        await AskAsync(agent);

        Assert.That(
            Authority.Creates.Select(create => $"{create.Subject.Workflow} {create.Subject.Agent}"),
            Is.EqualTo(new[] { "w two", "w one", "w two" })
        );
    }

    [Test]
    public async Task Nested_runs_have_their_own_calls_and_the_outer_one_goes_on()
    {
        using var agent = Agent(new MeteredModel(["a"], ["b"]));
        await using (var outer = Begin())
        {
            await AskAsync(agent);
            await using (var inner = Begin())
            {
                Assert.That(CyclesRun.Current, Is.SameAs(inner));
                await AskAsync(agent);
            }

            Assert.That(CyclesRun.Current, Is.SameAs(outer));
            await AskAsync(agent);
        }

        Assert.That(CyclesRun.Current, Is.Null);
        Assert.That(Summaries.Select(summary => summary.Calls), Is.EqualTo(new[] { 1, 7 }));
    }

    [Test]
    public async Task Runs_that_end_out_of_order_leave_none_behind()
    {
        var outer = Begin();
        var inner = Begin();

        await outer.DisposeAsync();
        Assert.That(CyclesRun.Current, Is.SameAs(inner));
        await inner.DisposeAsync();

        Assert.That(CyclesRun.Current, Is.Null);
    }

    [Test]
    public async Task Runs_side_by_side_stay_apart()
    {
        await Task.WhenAll(Enumerable.Range(1, 8).Select(RunAsync));

        Assert.That(Summaries.Select(summary => $"{summary.Name} {summary.Calls}").Order(), Is.EqualTo(Expected()));

        async Task RunAsync(int turns)
        {
            await Task.Yield();
            using var agent = Agent(new MeteredModel([.. Enumerable.Repeat<string[]>(["a", "b"], turns)]));
            await using var run = Begin(name: $"{turns}");
            await AskAsync(agent);
        }

        static IEnumerable<string> Expected() => Enumerable.Range(1, 8).Select(turns => $"{turns} {turns * 3 + 1}");
    }

    [Test]
    public async Task A_run_that_an_iterator_began_is_there_after_each_yield()
    {
        using var agent = Agent(new MeteredModel(["a", "b"], ["c"]));

        await foreach (var _ in RunAsync(agent)) { }

        Assert.That(Summaries.Single().Calls, Is.EqualTo(6));
        Assert.That(
            Authority.Creates.Select(create => create.Subject.Dimensions!.ContainsKey("run")),
            Is.All.True,
            "no call left the run"
        );
    }

    [Test]
    public async Task Two_streams_read_in_turn_stay_in_their_runs()
    {
        using var first = Agent(new MeteredModel(["a"], ["a"], ["a"]));
        using var second = Agent(new MeteredModel(["b", "c"]));
        await using var one = RunAsync(first, "one").GetAsyncEnumerator();
        await using var two = RunAsync(second, "two").GetAsyncEnumerator();

        var (more1, more2) = (true, true);
        while (more1 || more2)
        {
            more1 = more1 && await one.MoveNextAsync();
            more2 = more2 && await two.MoveNextAsync();
        }

        Assert.That(
            Summaries.Select(summary => $"{summary.Name} {summary.Calls}").Order(),
            Is.EqualTo(new[] { "one 7", "two 4" })
        );
    }

    [Test]
    public async Task A_run_is_resumed_where_the_flow_has_lost_it()
    {
        using var agent = Agent(new MeteredModel(["a"]));
        await foreach (var _ in IterateAsync()) { }

        Assert.That(Summaries.Single().Calls, Is.EqualTo(3));

        async IAsyncEnumerable<int> IterateAsync()
        {
            await using var run = Begin();
            yield return 1;
            Assert.That(CyclesRun.Current, Is.Null);
            run.Resume();
            await AskAsync(agent);
        }
    }

    [Test]
    public async Task Ending_gives_back_what_is_left_and_never_throws()
    {
        using var agent = Agent(new MeteredModel());
        var run = Begin(o =>
        {
            o.KeepForFinalAnswer = Amount.Usd(0.1m);
            o.OnEnded = summary =>
            {
                Summaries.Enqueue(summary);
                throw new InvalidOperationException("Not my day.");
            };
        });
        await AskAsync(agent);
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0.1m)));

        await run.DisposeAsync();
        await run.DisposeAsync();

        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Amount.Usd(0)));
        Assert.That(Summaries, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Everybody_who_disposes_a_run_waits_for_its_end()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var agent = Agent(new MeteredModel());
        var run = Begin(o => o.Hold = Amount.Usd(0.5m));
        await AskAsync(agent);
        Authority.CommitGate = gate.Task;

        var first = run.DisposeAsync().AsTask();
        var second = run.DisposeAsync().AsTask();
        var ended = (first.IsCompleted, second.IsCompleted);
        gate.SetResult();
        await second;
        var told = Summaries.Count;
        await first;

        Assert.That(ended, Is.EqualTo((false, false)));
        Assert.That((told, Summaries.Count), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task A_late_call_is_in_the_summary_of_the_run_around()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var agent = Agent(new MeteredModel { Waits = _ => gate.Task });
        Task asking;
        await using (var outer = Begin(name: "outer"))
        {
            await using (Begin(name: "inner"))
            {
                asking = AskAsync(agent);
            }

            Assert.That(outer.Summary.Unsettled, Is.EqualTo(1));
            gate.SetResult();
            await asking;
        }

        Assert.That(
            Summaries.Select(s => $"{s.Name} {s.Calls} {s.Unsettled} {string.Join("", s.Spend)}"),
            Is.EqualTo(new[] { "inner 1 1 ", "outer 1 0 12000 USD_MICROCENTS" })
        );
    }

    [Test]
    public async Task A_subject_without_room_for_the_runs_id_is_refused_by_name()
    {
        var full = Enumerable.Range(0, 16).ToDictionary(i => $"d{i}", i => $"{i}");
        var model = new MeteredModel();
        using var agent = Agent(model, chat: o => o.Subject = new Subject { Dimensions = full });
        await using var run = Begin();

        Assert.That(
            async () => await AskAsync(agent),
            Throws.ArgumentException.With.Message.Contains("16 dimensions").And.Message.Contains("'run'")
        );
        Assert.That(
            () => Begin(o => o.Subject = new Subject { Dimensions = full }),
            Throws.ArgumentException.With.Message.Contains("16 dimensions")
        );
        Assert.That((model.Calls, Authority.Requests.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_tool_without_room_for_the_runs_id_does_not_run_and_the_log_says_why()
    {
        var logs = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(logging =>
            logging.Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(logs))
        );
        var full = Enumerable.Range(0, 16).ToDictionary(i => $"d{i}", i => $"{i}");
        using var agent = Agent(
            new MeteredModel(["a"]),
            policy =>
            {
                policy.Subject = new Subject { Dimensions = full };
                policy.LoggerFactory = loggers;
            }
        );
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That(Ran, Is.Empty);
        Assert.That(logs.GetSnapshot().Single().Exception?.Message, Does.Contain("16 dimensions"));
    }

    [Test]
    public async Task A_cancelled_call_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        var model = new MeteredModel(["a"])
        {
            Waits = async token =>
            {
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
        };
        using var agent = Agent(model);
        await using var run = Begin(o => (o.Hold, o.KeepForFinalAnswer) = (Amount.Usd(0.5m), Amount.Usd(0.1m)));

        Assert.That(
            async () => await AskAsync(agent, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(run.Denial, Is.Null);
        Assert.That(run.Summary.Spend, Is.Empty);
    }

    /// <summary>An endpoint that streams: its own flow is lost after each of its yields.</summary>
    private async IAsyncEnumerable<string> RunAsync(
        IChatClient agent,
        string name = "case",
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await using var run = Begin(name: name);
        if (!IsStreaming)
        {
            yield return "one moment";
            run.Resume();
            yield return (await agent.GetResponseAsync("Go.", Options, cancellationToken)).Text;
            yield break;
        }

        await foreach (var update in agent.GetStreamingResponseAsync("Go.", Options, cancellationToken))
        {
            yield return update.Text;
        }
    }
}
