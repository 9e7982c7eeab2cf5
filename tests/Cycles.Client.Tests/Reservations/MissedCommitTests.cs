using System.Text.Json;

namespace Cycles.Client.Tests;

/// <summary>A commit whose arguments are wrong: the guard stays open, and the work is not forgotten.</summary>
public sealed class MissedCommitTests : ClientFixture
{
    private static readonly Amount[] Invalid =
    [
        default,
        Amount.Tokens(-1),
        Amount.UsdMicrocents(70),
        new((AmountUnit)9, 1),
    ];

    [TestCaseSource(nameof(Invalid))]
    public async Task An_invalid_amount_names_actual_and_the_guard_takes_a_correct_one(Amount invalid)
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));

        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => guard.CommitAsync(invalid));
        Assert.That(thrown!.ParamName, Is.EqualTo("actual"));
        Assert.That(thrown.Message, Does.StartWith("actual."));
        Assert.That(Authority.Count(Operation.Commit), Is.Zero);

        var settlement = await guard.CommitAsync(Tokens(70));
        Assert.That(settlement.ActualIsEstimate, Is.False);
    }

    [Test]
    public async Task Without_a_correct_one_the_scopes_end_commits_the_estimate_marked([Values] bool asynchronously)
    {
        Spends(100);
        var guard = await Client.ReserveAsync(Work, Tokens(100));
        await Assert.ThrowsAsync<ArgumentException>(() => guard.CommitAsync(Amount.Usd(1)));
        if (asynchronously)
        {
            await guard.DisposeAsync();
        }
        else
        {
            guard.Dispose();
        }

        var commit = Authority.Requests<CommitRequest>(Operation.Commit).Single();
        Assert.Multiple(() =>
        {
            Assert.That(commit.Actual, Is.EqualTo(Tokens(100)));
            Assert.That(commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
            Assert.That(Authority.Count(Operation.Release), Is.Zero);
        });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.CommitAsync(Tokens(70)));
    }

    [Test]
    public async Task Under_Surface_the_scopes_end_sends_nothing_and_the_TTL_frees_the_hold()
    {
        var guard = await Client.ReserveAsync(
            Work,
            Tokens(100),
            new() { WhenActualIsMissing = WhenActualIsMissing.Surface }
        );
        await Assert.ThrowsAsync<ArgumentException>(() => guard.CommitAsync(default));
        await guard.DisposeAsync();
        await guard.DisposeAsync();

        Assert.That(Authority.Count(Operation.Commit, Operation.Release, Operation.Event), Is.Zero);
        Assert.That((await BalanceAsync()).Reserved, Is.EqualTo(Tokens(100)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => guard.CommitAsync(Tokens(70)));
        HoldsExpire();
    }

    [Test]
    public async Task Where_only_the_metrics_were_wrong_the_scopes_end_commits_the_amount()
    {
        Spends(70);
        await using (var guard = await Client.ReserveAsync(Work, Tokens(100)))
        {
            var thrown = await Assert.ThrowsAsync<ArgumentException>(() =>
                guard.CommitAsync(Tokens(70), new CyclesMetrics { TokensInput = -1 })
            );
            Assert.That(thrown!.ParamName, Is.EqualTo("metrics"));
            Assert.That(thrown.Message, Does.StartWith("metrics.tokens_input must be from 0 to"));
        }

        Assert.That(Authority.Requests<CommitRequest>(Operation.Commit).Single().Metadata, Is.Null);
    }

    [Test]
    public async Task Metadata_that_was_never_set_names_metadata()
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        var thrown = await Assert.ThrowsAsync<ArgumentException>(() =>
            guard.CommitAsync(Tokens(70), metadata: new Dictionary<string, JsonElement> { ["empty"] = default })
        );
        Assert.That(thrown!.ParamName, Is.EqualTo("metadata"));
        Assert.That(thrown.Message, Does.StartWith("metadata.empty must be"));
    }

    [Test]
    public async Task An_explicit_release_still_releases()
    {
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        await Assert.ThrowsAsync<ArgumentException>(() => guard.CommitAsync(default));
        await guard.ReleaseAsync("not run after all");
        Assert.That(Authority.Count(Operation.Commit), Is.Zero);
    }

    [Test]
    public async Task Metadata_and_metrics_are_copied()
    {
        Spends(70);
        await using var guard = await Client.ReserveAsync(Work, Tokens(100), new() { Metadata = Once("run") });
        await guard.CommitAsync(Tokens(70), new CyclesMetrics { Custom = Once("cache") }, Once("step"));

        var commit = Authority.Requests<CommitRequest>(Operation.Commit).Single();
        var detail = await ReservationAsync(guard.ReservationId);
        Assert.Multiple(() =>
        {
            Assert.That(commit.Metrics!.Custom!["cache"].GetInt32(), Is.EqualTo(42));
            Assert.That(commit.Metadata!["step"].GetInt32(), Is.EqualTo(42));
            Assert.That(detail!.Metadata!["run"].GetInt32(), Is.EqualTo(42));
        });

        static Dictionary<string, JsonElement> Once(string name) => new() { [name] = Json("42") };
    }

    [Test]
    public async Task A_document_may_be_disposed_as_soon_as_the_call_returns()
    {
        Spends(70);
        var gate = NewGate();
        Authority.Next(Operation.Commit, Fault.Blocked(gate));
        await using var guard = await Client.ReserveAsync(Work, Tokens(100));
        Task<Settlement> commit;
        using (var document = JsonDocument.Parse("""{"step":42}"""))
        {
            commit = guard.CommitAsync(
                Tokens(70),
                metadata: new Dictionary<string, JsonElement> { ["data"] = document.RootElement }
            );
        }

        gate.SetResult();
        await commit;
        var kept = (await ReservationAsync(guard.ReservationId))!.CommittedMetadata!["data"];
        Assert.That(kept.GetProperty("step").GetInt32(), Is.EqualTo(42));
    }
}
