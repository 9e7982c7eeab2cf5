namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Other models where one is denied.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class FallbackTests(bool streaming) : RunFixture(streaming)
{
    [Test]
    public async Task A_denied_model_is_followed_by_the_next_each_with_its_price_and_key()
    {
        var model = new MeteredModel();
        using var agent = Agent(model, chat: Fallbacks);
        await using var run = Begin();

        await AskAsync(agent);

        Assert.Multiple(() =>
        {
            Assert.That(model.Models, Is.EqualTo(new[] { "small" }));
            Assert.That(
                Authority.Creates.Select(create => create.Action.Name),
                Is.EqualTo(new[] { "m", "middle", "small" })
            );
            Assert.That(Authority.Creates.Select(create => create.Estimate.Value), Is.Ordered.Descending.And.Unique);
            Assert.That(Authority.Keys, Is.Unique);
            Assert.That(run.Denial, Is.Null);
            Assert.That(run.Summary.Denials, Is.EqualTo(2));
            Assert.That(run.Summary.Models.Single(item => item.Calls > 0).Spend.Value, Is.EqualTo(Turn / 10));
            Assert.That(run.Summary.Steps, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Caps_that_exclude_a_model_do_the_same()
    {
        Admin.SetCaps(Scope, AmountUnit.UsdMicrocents, new Caps { ToolDenylist = ["m", "a"] });
        var model = new MeteredModel(["b"]);
        using var agent = Agent(
            model,
            chat: o =>
            {
                o.Prices.Add("small", 0.1m, 0.2m);
                o.Fallbacks.Add(new("small"));
            }
        );
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That(model.Models, Is.EqualTo(new[] { "small", "small" }));
        Assert.That(
            run.Summary.Models.Select(item => (item.Name, item.Calls, item.Denials)),
            Is.EqualTo(new[] { ("m", 0, 2), ("small", 2, 0) })
        );
        Assert.That(model.Options.First()!.Tools!.Select(tool => tool.Name), Is.EqualTo(new[] { "b", "c" }));
    }

    [Test]
    public async Task When_all_are_denied_the_run_says_so()
    {
        Admin.Freeze(Scope, AmountUnit.UsdMicrocents);
        var model = new MeteredModel();
        using var agent = Agent(model, chat: Fallbacks);
        await using var run = Begin();

        Assert.That(async () => await AskAsync(agent), Throws.TypeOf<BudgetDeniedException>());

        Assert.That(run.Denial?.ReasonCode, Is.EqualTo(ReasonCode.BudgetFrozen));
        Assert.That(run.Summary.Denials, Is.EqualTo(3));
        Assert.That(run.Summary.Steps, Is.Zero);
        Admin.Unfreeze(Scope, AmountUnit.UsdMicrocents);
    }

    [Test]
    public async Task A_fallback_may_have_a_client_of_its_own()
    {
        var (model, other) = (new MeteredModel(), new MeteredModel());
        using var agent = Agent(
            model,
            chat: o =>
            {
                o.Prices.Add("m", 100_000, 100_000);
                o.Prices.Add("small", 0.1m, 0.2m);
                o.Fallbacks.Add(new("small", other));
            }
        );
        await using var run = Begin();

        await AskAsync(agent);

        Assert.That((model.Calls, other.Calls), Is.EqualTo((0, 1)));
    }

    [Test]
    public async Task Runs_side_by_side_inside_another_fall_back_each_for_itself()
    {
        await using (Begin(o => o.Hold = Amount.Usd(0.5m), "outer"))
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(async _ =>
                    {
                        await Task.Yield();
                        using var agent = Agent(new MeteredModel(["a", "b", "c"]), chat: Fallbacks);
                        await using var inner = Begin(name: "inner");
                        await AskAsync(agent);
                    })
            );
        }

        Assert.Multiple(() =>
        {
            Assert.That(
                Summaries.Take(4).Select(s => $"{s.Steps} {s.Denials} {string.Join(", ", s.Spend)}"),
                Is.All.EqualTo("2 4 2400 USD_MICROCENTS, 15 RISK_POINTS")
            );
            Assert.That((Summaries.Last().Steps, Summaries.Last().Denials), Is.EqualTo((8, 16)));
            Assert.That(Creates("llm.completion"), Is.Empty, "denied by the hold of the outer run, and paid from it");
        });
    }

    [Test]
    public async Task A_cancelled_fallback_costs_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        var model = new MeteredModel
        {
            Waits = async token =>
            {
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
        };
        using var agent = Agent(model, chat: Fallbacks);
        await using var run = Begin();

        Assert.That(
            async () => await AskAsync(agent, cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>()
        );

        Assert.That(model.Models, Is.EqualTo(new[] { "small" }));
        Assert.That((run.Summary.Spend.Count, run.Denial), Is.EqualTo((0, (Denial?)null)));
    }

    [Test]
    public void A_guarded_client_is_no_fallback()
    {
        using var guarded = Agent(new MeteredModel());
        Assert.That(
            () => Agent(new MeteredModel(), chat: o => o.Fallbacks.Add(new("small", guarded))),
            Throws.ArgumentException.With.Message.Contains("Fallbacks")
        );
    }

    private static void Fallbacks(CyclesChatOptions options)
    {
        options.Prices.Add("m", 100_000, 100_000);
        options.Prices.Add("middle", 50_000, 50_000);
        options.Prices.Add("small", 0.1m, 0.2m);
        options.Fallbacks.Add(new("middle"));
        options.Fallbacks.Add(new("small"));
    }
}
