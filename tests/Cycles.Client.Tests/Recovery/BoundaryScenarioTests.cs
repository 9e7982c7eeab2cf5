namespace Cycles.Client.Tests;

/// <summary>Where nobody knows what an action cost, nothing is settled in its name, and its caller learns of it.</summary>
public sealed class BoundaryScenarioTests : ScenarioFixture
{
    [Test, Recovery(RecoveryScenarios.MissingActual)]
    public async Task A_missing_actual_is_surfaced_and_nothing_is_sent()
    {
        var client = Start(options => options.WhenActualIsMissing = WhenActualIsMissing.Surface);
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            client.RunAsync(Work, Amount.Tokens(100), (_, _) => Task.FromResult((1, (Amount?)null)))
        );
        Assert.That(thrown!.Message, Does.Contain("without a usable actual amount"));
        await FlushAsync(client);
        AssertRequests();
    }

    [Test, Recovery(RecoveryScenarios.MissingActual)]
    public async Task An_action_that_fails_is_surfaced_and_its_hold_given_back()
    {
        var client = Start(options => options.WhenActualIsMissing = WhenActualIsMissing.Surface);
        var thrown = await Assert.ThrowsAsync<NotSupportedException>(() =>
            client.RunAsync<int>(Work, Amount.Tokens(100), (_, _) => throw new NotSupportedException("no such tool"))
        );
        Assert.That(thrown!.Message, Is.EqualTo("no such tool"));
        AssertRequests("release");
    }
}
