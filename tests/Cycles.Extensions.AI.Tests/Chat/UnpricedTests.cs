using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>A model without a price never costs nothing.</summary>
public sealed class UnpricedTests : ChatFixture
{
    private static readonly ChatOptions Unknown = new() { ModelId = "unheard-of", MaxOutputTokens = 50 };

    [Test]
    public async Task It_is_denied_unless_somebody_decides_otherwise()
    {
        var guard = Guard();

        var denied = await Assert.CatchAsync<BudgetDeniedException>(async () =>
            await guard.GetResponseAsync(Ask(), Unknown)
        );
        await Assert.CatchAsync<BudgetDeniedException>(async () =>
            await guard.GetStreamingResponseAsync(Ask(), Unknown).ToListAsync()
        );

        Assert.Multiple(() =>
        {
            Assert.That(denied!.Denial.ReasonCode, Is.EqualTo(LocalReasons.ModelUnpriced));
            Assert.That(denied.Message, Does.Contain("'unheard-of' has no price"));
            Assert.That(Authority.Requests, Is.Empty);
            Assert.That(Model.Calls, Is.Zero);
        });
    }

    [Test]
    public async Task A_model_that_nobody_names_is_unpriced_too()
    {
        using var nameless = new FakeModel { ModelId = null };

        await Assert.CatchAsync<BudgetDeniedException>(async () => await Guard(nameless).GetResponseAsync(Ask()));
    }

    [Test]
    public async Task It_may_cost_the_highest_of_each_price()
    {
        // "m" has the higher output, "in" the higher input.
        Spends(10 * 900 + 5 * 200);
        Model.Reply = _ => Reply(10, 5);
        var guard = Guard(options =>
        {
            options.Prices.Add("in", 9, 1);
            options.UnpricedModels = UnpricedModel.HighestRate;
        });

        await guard.GetResponseAsync(Ask(), Unknown);

        Assert.That(LogIds, Has.Some.EqualTo(206));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task There_is_no_highest_price_in_a_table_that_is_empty_or_free(bool free)
    {
        var prices = new PriceTable();
        if (free)
        {
            prices.Add("my-own", 0, 0);
        }

        await Assert.CatchAsync<BudgetDeniedException>(async () =>
            await Guard(options =>
                {
                    options.Prices = prices;
                    options.UnpricedModels = UnpricedModel.HighestRate;
                })
                .GetResponseAsync(Ask(), Unknown)
        );
        Assert.That(Authority.Requests, Is.Empty);
    }

    [Test]
    public async Task A_model_whose_price_is_0_costs_nothing()
    {
        await Guard(options => options.Prices.Add("my-own", 0, 0))
            .GetResponseAsync(Ask(), new ChatOptions { ModelId = "my-own" });

        Assert.That(Model.Calls, Is.EqualTo(1));
        Assert.That(Commit.Actual, Is.EqualTo(Amount.UsdMicrocents(0)));
    }

    [Test]
    public async Task It_may_cost_an_estimate_that_somebody_gives()
    {
        Spends(77);
        var guard = Guard(options =>
        {
            options.UnpricedModels = UnpricedModel.Estimate;
            options.UnpricedEstimate = Amount.UsdMicrocents(77);
        });

        await guard.GetResponseAsync(Ask(), Unknown);

        Assert.That(Create.Estimate, Is.EqualTo(Amount.UsdMicrocents(77)));
        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
        Assert.That(Commit.Metrics!.TokensInput, Is.EqualTo(1));
    }

    [Test]
    public async Task Where_another_model_answered_its_own_price_counts()
    {
        Spends(10 * 1_000 + 5 * 1_000);
        Model.Reply = _ => Reply(10, 5, "fallback-2");

        await Guard(options => options.Prices.Add("fallback-*", 10, 10)).GetResponseAsync(Ask());
    }

    [TestCase("m-2026-04-01", "a version of what was asked")]
    [TestCase("stranger", "nothing better is known")]
    public async Task Else_the_price_of_what_was_asked_counts(string answered, string why)
    {
        Spends(2_000);
        Model.Reply = _ => Reply(10, 5, answered);

        await Guard(options => options.Prices.Add("m-*", 50, 50)).GetResponseAsync(Ask());

        Assert.That(Commit.Actual.Value, Is.EqualTo(2_000), why);
    }
}
