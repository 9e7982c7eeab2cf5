using Cycles.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel.Tests.Functions;

/// <summary>What a model asks for, in both loops: each call has one hold, and the model turns one each or one in all.</summary>
[TestFixture(LoopKind.ChatClient)]
[TestFixture(LoopKind.Connector)]
public sealed class LoopTests(LoopKind kind) : KernelFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task Each_call_has_one_hold(bool concurrent)
    {
        SpendsWithModel(points: 30, turns: 3);
        await using var loop = await LoopAsync(concurrent, ["Crm.find", "Crm.update_status"], ["Crm.find"]);

        var messages = await loop.AskAsync(Kernel(loop));

        Assert.Multiple(() =>
        {
            Assert.That(messages[^1].Content, Is.EqualTo("done"));
            Assert.That(Results(messages), Is.EqualTo([$"found {Canary}", $"updated {Canary}", $"found {Canary}"]));
            Assert.That(FunctionHolds, Is.EquivalentTo(["Crm.find", "Crm.update_status", "Crm.find"]));
            Assert.That(Authority.Keys, Is.Unique);
        });
    }

    [Test]
    public async Task Each_call_of_a_streamed_answer_has_one_hold()
    {
        SpendsWithModel(points: 20, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.find", "Crm.find"]);

        Assert.That(await loop.StreamAsync(Kernel(loop)), Does.EndWith("done"));
        Assert.That(Crm.Ran, Is.EqualTo(["find", "find"]));
    }

    [Test]
    public async Task A_denial_is_a_result_that_the_model_reads()
    {
        SpendsWithModel(points: 10, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.update_status", "Crm.find"]);

        var messages = await loop.AskAsync(Kernel(loop, Deny("Crm.update_status", DenialMode.Skip)));

        Assert.Multiple(() =>
        {
            Assert.That(Results(messages)[0], Does.Contain("'Crm.update_status' was denied").And.Contain("BUDGET"));
            Assert.That(Results(messages)[1], Is.EqualTo($"found {Canary}"));
            Assert.That(messages[^1].Content, Is.EqualTo("done"));
            Assert.That(Crm.Ran, Is.EqualTo(["find"]));
        });
    }

    [TestCase(DenialMode.Terminate, false)]
    [TestCase(DenialMode.Throw, false)]
    [TestCase(DenialMode.Terminate, true)]
    [TestCase(DenialMode.Throw, true)]
    public async Task A_denial_ends_the_loop_where_asked_with_no_call_left_unanswered(DenialMode mode, bool concurrent)
    {
        SpendsWithModel(points: 10, turns: 1);
        await using var loop = await LoopAsync(concurrent, ["Crm.update_status", "Crm.find"], ["Crm.find"]);

        var messages = await loop.AskAsync(Kernel(loop, Deny("Crm.update_status", mode)));

        Assert.Multiple(() =>
        {
            Assert.That(loop.Turns, Is.EqualTo(1), "model turns");
            Assert.That(Results(messages)[0], Does.Contain("was denied"));
            Assert.That(Results(messages)[1], Is.EqualTo($"found {Canary}"));
        });
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public async Task A_denial_ends_the_loop_where_calls_that_nobody_can_make_are_the_last(
        bool concurrent,
        bool isStreamed
    )
    {
        SpendsWithModel(points: 10, turns: 1);
        await using var loop = await LoopAsync(
            concurrent,
            ["Crm.update_status", "Crm.find", "Crm.unknown", "Elsewhere.unknown"],
            ["Crm.find"]
        );
        var kernel = Kernel(loop, Deny("Crm.update_status", DenialMode.Terminate));
        var history = new ChatHistory();

        if (isStreamed)
        {
            await loop.StreamAsync(kernel, history);
        }
        else if (await loop.AskAsync(kernel, history) is [.., var last] && !history.Contains(last))
        {
            history.Add(last);
        }

        Assert.Multiple(() =>
        {
            Assert.That(loop.Turns, Is.EqualTo(1), "model turns");
            Assert.That(Crm.Ran, Is.EqualTo(["find"]));
            Assert.That(AnsweredCalls(history), Is.EquivalentTo(["call-0", "call-1", "call-2", "call-3"]));
        });
    }

    [Test]
    public async Task A_denial_ends_the_loop_where_the_last_call_is_of_a_function_that_was_hidden()
    {
        SpendsWithModel(points: 0, turns: 1);
        Ledger
            .Administer("acme")
            .SetCaps("tenant:acme", AmountUnit.UsdMicrocents, new Caps { ToolDenylist = ["Crm.find"] });
        await using var loop = await LoopAsync(concurrent: false, ["Crm.update_status", "Crm.find"], ["Crm.find"]);

        await loop.AskAsync(Kernel(loop, Deny("Crm.update_status", DenialMode.Terminate)));

        Assert.That(loop.Turns, Is.EqualTo(1), "model turns");
        Assert.That(Crm.Ran, Is.Empty);
    }

    [Test]
    public async Task Who_gives_up_while_a_function_runs_finds_the_call_canceled_and_so_does_a_filter_outside()
    {
        SpendsWithModel(points: 0, turns: 1);
        using var stop = Crm.GivingUp = new CancellationTokenSource();
        Exception? seen = null;
        await using var loop = await LoopAsync(concurrent: false, ["Crm.abandoned"]);
        var kernel = Watched(loop, e => seen = e);
        var history = new ChatHistory();

        Assert.That(
            async () => await loop.AskAsync(kernel, history, stop.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );
        Assert.That(seen, Is.InstanceOf<OperationCanceledException>());
    }

    /// <summary>A function that returns a stream: no loop can read it, but a filter outside can.</summary>
    [Test]
    public async Task A_stream_that_a_filter_of_the_loop_reads_is_settled_at_its_end()
    {
        SpendsWithModel(points: 10, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.words"]);
        var kernel = WithForeign(
            loop,
            async (context, next) =>
            {
                await next(context);
                var words = await context.Result.GetValue<IAsyncEnumerable<string>>()!.ToListAsync();
                context.Result = new FunctionResult(context.Result, string.Join(' ', words));
            }
        );

        var messages = await loop.AskAsync(kernel);

        Assert.That(Results(messages), Is.EqualTo([$"{Canary}-0 {Canary}-1 {Canary}-2"]));
    }

    [Test]
    public async Task A_denied_function_that_returns_a_stream_is_a_text_that_the_model_reads()
    {
        SpendsWithModel(points: 0, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.words"]);

        var messages = await loop.AskAsync(Kernel(loop, Deny("Crm.words", DenialMode.Skip)));

        Assert.That(Results(messages).Single(), Does.Contain("'Crm.words' was denied"));
        Assert.That(Crm.Ran, Is.Empty);
    }

    [TestCase(DenialMode.Terminate, false)]
    [TestCase(DenialMode.Throw, false)]
    [TestCase(DenialMode.Throw, true)]
    public async Task What_ended_the_loop_is_the_runs_typed_exception(DenialMode mode, bool isStreamed)
    {
        SpendsWithModel(points: 0, turns: 1);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.update_status"]);
        var kernel = Kernel(loop, Deny("Crm.update_status", mode));
        await using var run = Cycles.BeginRun("case");

        _ = isStreamed ? await loop.StreamAsync(kernel) : (await loop.AskAsync(kernel))[^1].Content;

        Assert.That(
            run.ThrowIfDenied,
            Throws
                .TypeOf<BudgetDeniedException>()
                .With.Property(nameof(BudgetDeniedException.Denial))
                .Property(nameof(Denial.ReasonCode))
                .EqualTo(ReasonCode.BudgetExceeded)
        );
        Assert.That(run.Summary.Tools.Select(tool => tool.Name), Is.EqualTo(["Crm.update_status"]));
    }

    [Test]
    public async Task A_streamed_loop_stays_in_its_run()
    {
        SpendsWithModel(points: 20, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.find", "Crm.find"]);
        await using var run = Cycles.BeginRun("case");

        await loop.StreamAsync(Kernel(loop));

        Assert.That(Authority.Keys, Is.All.Contains(run.Id));
    }

    [Test]
    public async Task A_loop_that_ended_does_not_end_the_next_one_on_the_same_history()
    {
        SpendsWithModel(points: 10, turns: 3, loops: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.update_status"], ["Crm.find"]);
        var kernel = Kernel(loop, Deny("Crm.update_status", DenialMode.Terminate));
        var history = new ChatHistory();

        await loop.AskAsync(kernel, history);
        var messages = await loop.AskAsync(kernel, history);

        Assert.That(messages[^1].Content, Is.EqualTo("done"));
        Assert.That(Crm.Ran, Is.EqualTo(["find"]));
    }

    [Test]
    public async Task A_function_that_calls_itself_is_charged_for_both()
    {
        SpendsWithModel(points: 20, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.recurse"]);

        await loop.AskAsync(Kernel(loop));

        Assert.That(FunctionHolds, Is.EqualTo(["Crm.recurse", "Crm.recurse"]));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task An_exception_of_a_function_does_not_get_into_the_history(bool isStreamed)
    {
        SpendsWithModel(points: 0, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.fail"]);
        var kernel = Kernel(loop);

        _ = isStreamed ? await loop.StreamAsync(kernel) : (await loop.AskAsync(kernel))[^1].Content;

        Assert.That(Crm.Ran, Is.EqualTo(["fail"]));
        Assert.That(loop.Read, Has.Some.Contains("failed"));
    }

    [Test]
    public async Task A_filter_outside_still_sees_a_functions_exception()
    {
        SpendsWithModel(points: 0, turns: 2);
        Exception? seen = null;
        await using var loop = await LoopAsync(concurrent: false, ["Crm.fail"]);
        var kernel = Watched(loop, e => seen = e.InnerException ?? e);

        await loop.AskAsync(kernel);

        Assert.That(seen, Is.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public async Task A_filter_that_calls_a_function_again_pays_again()
    {
        SpendsWithModel(points: 20, turns: 2);
        await using var loop = await LoopAsync(concurrent: false, ["Crm.find"]);
        var builder = Register(loop).AddCycles(options => Configure(options, null), Cycles);
        builder.Services.AddSingleton<IAutoFunctionInvocationFilter>(
            new ForeignAutoFilter(
                async (context, next) =>
                {
                    await next(context);
                    await next(context);
                }
            )
        );

        await loop.AskAsync(builder.Build());

        Assert.That(Crm.Ran, Has.Count.EqualTo(2));
        Assert.That(Authority.Keys, Is.Unique);
    }

    [Test]
    public async Task A_failure_to_ask_does_not_get_into_the_history()
    {
        await using var loop = await LoopAsync(concurrent: false, ["Crm.find"]);
        SpendsWithModel(points: 0, turns: 2);
        var kernel = Kernel(loop);
        Authority.OnCreate = _ =>
            Authority.RefusesReserves = Reserved[^1].StartsWith("Crm", StringComparison.Ordinal)
                ? new CyclesError
                {
                    Status = 400,
                    RawCode = "INVALID_REQUEST",
                    Message = "the-authority-says",
                }
                : null;

        var messages = await loop.AskAsync(kernel);

        Assert.Multiple(() =>
        {
            Assert.That(Crm.Ran, Is.Empty);
            Assert.That(Results(messages).Single(), Does.Not.Contain("authority"));
            Assert.That(Told, Has.Some.Contains("'Crm.find' was not run"));
        });
    }

    [Test]
    public async Task Capped_functions_are_hidden_and_refused()
    {
        SpendsWithModel(points: 10, turns: 2);
        Ledger
            .Administer("acme")
            .SetCaps("tenant:acme", AmountUnit.UsdMicrocents, new Caps { ToolDenylist = ["Crm.update_status"] });
        await using var loop = await LoopAsync(concurrent: false, ["Crm.update_status", "Crm.find"]);

        var messages = await loop.AskAsync(Kernel(loop));

        Assert.Multiple(() =>
        {
            Assert.That(loop.Offered[0], Does.Contain($"Crm{loop.Separator}find"));
            Assert.That(loop.Offered[0], Does.Not.Contain($"Crm{loop.Separator}update_status"));
            Assert.That(Crm.Ran, Is.EqualTo(["find"]));
            Assert.That(Results(messages), Has.Count.EqualTo(2));
        });
    }

    [Test]
    public async Task An_allowlist_names_functions_as_requests_do()
    {
        SpendsWithModel(points: 10, turns: 2);
        Ledger
            .Administer("acme")
            .SetCaps("tenant:acme", AmountUnit.UsdMicrocents, new Caps { ToolAllowlist = ["Crm.find"] });
        await using var loop = await LoopAsync(concurrent: false, ["Crm.find"]);

        await loop.AskAsync(Kernel(loop));

        Assert.That(loop.Offered[0], Is.EqualTo([$"Crm{loop.Separator}find"]));
    }

    private IReadOnlyList<string> FunctionHolds =>
        [.. Reserved.Where(name => name.StartsWith("Crm", StringComparison.Ordinal))];

    /// <summary>
    /// The chat client's turns have a hold each and cost their usage, the connector's have one hold in all, which is
    /// committed as it is.
    /// </summary>
    private void SpendsWithModel(long points, int turns, int loops = 1)
    {
        _turns = turns;
        _loops = loops;
        _points = points;
    }

    private int _turns;
    private int _loops;
    private long _points;

    [TearDown]
    public void Sum()
    {
        var model = Authority
            .Creates.Where(create => create.Action.Kind == "llm.completion")
            .Select(create => create.Estimate.Value)
            .ToList();
        Assert.That(model, Has.Count.EqualTo(kind == LoopKind.ChatClient ? _turns : _loops), "holds of model calls");
        Spends(_points, kind == LoopKind.ChatClient ? _turns * LoopModel.Cost : model.Sum());
    }

    [TearDown]
    public void No_exception_is_told_to_a_model() =>
        Assert.That(_read(), Has.None.Contains(CrmPlugin.Fault).And.Some.Contains(Canary));

    private Func<IReadOnlyList<string>> _read = () => [];

    private async Task<KernelLoop> LoopAsync(bool concurrent, params string[][] turns)
    {
        var loop = await KernelLoop.MakeAsync(kind, concurrent, turns);
        _read = () => loop.Read;
        return loop;
    }

    private Kernel Kernel(KernelLoop loop, Action<CyclesKernelOptions>? configure = null) =>
        Register(loop).AddCycles(options => Configure(options, configure), Cycles).Build();

    /// <summary>With a filter of somebody else's, outside of ours.</summary>
    /// <summary>With a filter outside that is told of what a call throws.</summary>
    private Kernel Watched(KernelLoop loop, Action<Exception> told) =>
        WithForeign(
            loop,
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (Exception e)
                {
                    told(e);
                    throw;
                }
            }
        );

    private Kernel WithForeign(
        KernelLoop loop,
        Func<AutoFunctionInvocationContext, Func<AutoFunctionInvocationContext, Task>, Task> filter
    )
    {
        var builder = Register(loop);
        builder.Services.AddSingleton<IAutoFunctionInvocationFilter>(new ForeignAutoFilter(filter));
        return builder.AddCycles(options => Configure(options, null), Cycles).Build();
    }

    private IKernelBuilder Register(KernelLoop loop)
    {
        var builder = Builder();
        builder.Services.AddSingleton(Cycles);
        loop.Register(builder);
        return builder;
    }

    private static Action<CyclesKernelOptions> Deny(string function, DenialMode mode) =>
        options =>
        {
            options.Tools[function].Estimate = Amount.RiskPoints(1_001);
            options.Tools[function].WhenDenied = mode;
        };

    private static IReadOnlyList<string?> AnsweredCalls(ChatHistory history) =>
        [
            .. history
                .SelectMany(message => message.Items)
                .OfType<FunctionResultContent>()
                .Select(result => result.CallId),
        ];

    private static IReadOnlyList<string?> Results(IEnumerable<ChatMessageContent> messages) =>
        [
            .. messages
                .SelectMany(message => message.Items)
                .OfType<FunctionResultContent>()
                .Select(content => content.Result?.ToString()),
        ];

    private sealed class ForeignAutoFilter(
        Func<AutoFunctionInvocationContext, Func<AutoFunctionInvocationContext, Task>, Task> filter
    ) : IAutoFunctionInvocationFilter
    {
        public Task OnAutoFunctionInvocationAsync(
            AutoFunctionInvocationContext context,
            Func<AutoFunctionInvocationContext, Task> next
        ) => filter(context, next);
    }
}
