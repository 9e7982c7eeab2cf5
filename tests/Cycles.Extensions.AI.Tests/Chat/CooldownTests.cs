using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>A pause that the authority asks for before the next action.</summary>
public sealed class CooldownTests : ChatFixture
{
    [SetUp]
    public void Every_call_asks_for_a_pause() => Cap(new Caps { CooldownMs = 1_000 });

    [Test]
    public async Task The_next_call_waits_before_it_asks()
    {
        Spends(600);
        var guard = Guard();
        await guard.GetResponseAsync(Ask());
        Clock.Advance(TimeSpan.FromMilliseconds(400));

        var second = guard.GetResponseAsync(Ask());
        Clock.Advance(TimeSpan.FromMilliseconds(599));
        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
        Clock.Advance(TimeSpan.FromMilliseconds(1));

        await second;
        Assert.That(Authority.Creates, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_pause_that_is_over_costs_no_time()
    {
        Spends(600);
        var guard = Guard();
        await guard.GetResponseAsync(Ask());
        Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(guard.GetResponseAsync(Ask()).IsCompletedSuccessfully);
        await Task.CompletedTask;
    }

    [Test]
    public async Task A_pause_that_is_too_long_denies_the_call_and_says_how_long()
    {
        Spends(300);
        var guard = Guard(options => options.MaxCooldown = TimeSpan.FromMilliseconds(999));
        await guard.GetResponseAsync(Ask());

        var denied = await Assert.CatchAsync<BudgetDeniedException>(async () => await guard.GetResponseAsync(Ask()));

        Assert.Multiple(() =>
        {
            Assert.That(denied!.Denial.ReasonCode, Is.EqualTo(LocalReasons.CoolingDown));
            Assert.That(denied.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(Authority.Creates, Has.Count.EqualTo(1));
            Assert.That(Model.Calls, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task All_guards_of_a_client_pause_and_other_subjects_do_not()
    {
        Spends(900);
        var (first, second) = (Guard(), Guard());
        var other = Guard(options => options.Subject = new Subject { Agent = "other" });
        await first.GetResponseAsync(Ask());

        await other.GetResponseAsync(Ask());
        var waiting = second.GetResponseAsync(Ask());

        Assert.That(waiting.IsCompleted, Is.False);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await waiting;
    }

    [Test]
    public async Task A_cancelled_pause_asks_nothing()
    {
        Spends(300);
        using var cancel = new CancellationTokenSource();
        var guard = Guard();
        await guard.GetResponseAsync(Ask());

        var second = guard.GetResponseAsync(Ask(), cancellationToken: cancel.Token);
        await cancel.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(async () => await second);
        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
    }
}
