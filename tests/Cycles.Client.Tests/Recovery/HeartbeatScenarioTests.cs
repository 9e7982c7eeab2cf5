namespace Cycles.Client.Tests;

/// <summary>A heartbeat that gets no answer, on the fake clock of the seam.</summary>
public sealed class HeartbeatScenarioTests : ClientFixture
{
    [Test, Recovery(RecoveryScenarios.LostHeartbeat)]
    public async Task A_heartbeat_without_an_answer_is_reported_and_disturbs_neither_the_action_nor_its_settlement()
    {
        Spends(70);
        Authority.Next(Operation.Extend, Fault.LostBefore);
        var run = await Client.RunAsync(
            Work,
            Tokens(100),
            (guard, token) =>
            {
                for (var i = 0; i < 600 && Authority.Count(Operation.Extend) < 2; i++)
                {
                    Clock.Advance(TimeSpan.FromMilliseconds(100));
                }

                Assert.Multiple(() =>
                {
                    Assert.That(token.IsCancellationRequested, Is.False, "the action goes on");
                    Assert.That(
                        Logs.GetSnapshot().Select(log => log.Message),
                        Has.Some.Contains(guard.ReservationId!).And.Contains("is sent again in"),
                        "which reservation, and what comes next"
                    );
                });
                return Task.FromResult((guard.ReservationId, (Amount?)Tokens(70)));
            }
        );

        var beats = Authority.Requests<ReservationExtendRequest>(Operation.Extend);
        Assert.Multiple(() =>
        {
            Assert.That(run.Settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(
                Authority.Operations,
                Is.EqualTo(new[] { Operation.Create, Operation.Extend, Operation.Extend, Operation.Commit })
            );
            Assert.That(beats[1].IdempotencyKey, Is.EqualTo(beats[0].IdempotencyKey), "the same beat");
        });
    }
}
