using System.Text.Json;
using Cycles.RecoveryWorker;

namespace Cycles.Client.Tests;

/// <summary>What every SDK recovers from while its process lives.</summary>
public sealed class CoreScenarioTests : ScenarioFixture
{
    private const string Committed = """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":70}}""";
    private const string Applied = """{"status":"APPLIED","event_id":"evt_1"}""";

    private static readonly CyclesMetrics Metrics = new() { LatencyMs = 3 };

    private static readonly Dictionary<string, JsonElement> Metadata = new()
    {
        ["step"] = JsonSerializer.SerializeToElement(7),
    };

    [Test, Recovery(RecoveryScenarios.LostAnswer)]
    public async Task A_commit_whose_answer_is_lost_is_sent_again_and_charged_once([Values] bool applied)
    {
        Spends(70);
        Ledger.InterfereOnce("commit", Interferences.Cut(applied));
        var client = Start();
        Assert.That(await CommitAsync(client), Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(await FlushAsync(client), Is.EqualTo(new FlushResult { Settled = 1 }));
        AssertRequests("commit", "commit");
    }

    [Test, Recovery(RecoveryScenarios.ExpiredHold)]
    public async Task An_expired_commit_is_an_event_with_all_that_the_commit_said()
    {
        Spends(70);
        var guard = await Start().ReserveAsync(Work, Amount.Tokens(100), new() { Subject = new() { Agent = "bot" } });
        Ledger.HoldsExpire();
        var settlement = await guard.CommitAsync(Amount.Tokens(70), Metrics, Metadata);

        Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.RecoveredAsEvent));
        AssertRequests("commit", "event");
        var recorded = JsonSerializer.Deserialize(
            Ledger.Requests[^1].Body,
            CyclesJsonContext.Default.EventCreateRequest
        )!;
        Assert.Multiple(() =>
        {
            Assert.That(recorded.IdempotencyKey, Is.EqualTo(Ledger.Requests[^1].Key));
            Assert.That((recorded.Subject.Tenant, recorded.Subject.Agent), Is.EqualTo((LedgerServer.Tenant, "bot")));
            Assert.That(recorded.Action, Is.EqualTo(Work));
            Assert.That(recorded.Actual, Is.EqualTo(Amount.Tokens(70)));
            Assert.That(recorded.Metrics!.LatencyMs, Is.EqualTo(3));
            Assert.That(recorded.Metadata!["step"].GetInt32(), Is.EqualTo(7));
            Assert.That(recorded.Metadata["recovered_reservation_id"].GetString(), Is.EqualTo(guard.ReservationId));
        });
    }

    private static IEnumerable<TestCaseData> NoCommits()
    {
        yield return new TestCaseData(201, Committed).SetArgDisplayNames("201");
        yield return new TestCaseData(202, Committed).SetArgDisplayNames("202");
        yield return new TestCaseData(204, "").SetArgDisplayNames("204");
        yield return new TestCaseData(200, "").SetArgDisplayNames("empty body");
        yield return new TestCaseData(200, "<html></html>").SetArgDisplayNames("no JSON");
        yield return new TestCaseData(200, Committed[..^1]).SetArgDisplayNames("broken JSON");
        yield return new TestCaseData(200, """{"status":"COMMITTED"}""").SetArgDisplayNames("nothing charged");
        yield return new TestCaseData(
            200,
            Committed.Replace("COMMITTED", "ACTIVE", StringComparison.Ordinal)
        ).SetArgDisplayNames("ACTIVE");
        yield return new TestCaseData(
            200,
            Committed.Replace("70", "\"70\"", StringComparison.Ordinal)
        ).SetArgDisplayNames("an amount in quotes");
    }

    [TestCaseSource(nameof(NoCommits)), Recovery(RecoveryScenarios.InvalidSuccess)]
    public async Task A_success_that_is_not_valid_settles_nothing_and_keeps_the_key(int status, string body)
    {
        Spends(70);
        Ledger.InterfereOnce("commit", Interferences.Answer(status, body, applied: true));
        var client = Start();
        Assert.That(await CommitAsync(client), Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(Records(), Has.Length.EqualTo(1), "it is kept");
        Assert.That(await FlushAsync(client), Is.EqualTo(new FlushResult { Settled = 1 }));
        AssertRequests("commit", "commit");
    }

    [TestCase(200, Applied), Recovery(RecoveryScenarios.InvalidSuccess)]
    [TestCase(201, """{"status":"APPLIED"}""")]
    public async Task Nor_does_an_events_success_that_is_not_valid(int status, string body)
    {
        Spends(70);
        Ledger.InterfereOnce("event", Interferences.Answer(status, body, applied: true));
        var client = Start();
        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(100));
        Ledger.HoldsExpire();
        Assert.That((await guard.CommitAsync(Amount.Tokens(70))).Outcome, Is.EqualTo(SettlementOutcome.Pending));
        Assert.That(await FlushAsync(client), Is.EqualTo(new FlushResult { Settled = 1 }));
        AssertRequests("commit", "event", "event");
    }

    private static async Task<SettlementOutcome> CommitAsync(CyclesClient client)
    {
        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(100));
        return (await guard.CommitAsync(Amount.Tokens(70), Metrics, Metadata)).Outcome;
    }
}
