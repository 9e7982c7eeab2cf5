using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Client.Tests;

/// <summary>
/// Heartbeats over real connections, and a fault on the way of one. The fault is told, the same extension is sent again,
/// the action goes on, and its amount is settled.
/// </summary>
/// <remarks>Both clocks are fake, so that no slow machine adds faults of its own.</remarks>
public sealed class LeaseFaultTests
{
    private static readonly CyclesAction Work = new("llm.completion", "gpt-4o");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _clock = new();
    private readonly FakeLogCollector _logs = new();

    private static IEnumerable<LedgerFault> Faults =>
        LedgerFaults.All.Where(fault =>
            // A refused connection is the front's; the rest of what is left out is told to stop, not to go on.
            fault.Kind
                is LedgerFaultKind.ResetAfter
                    or LedgerFaultKind.Hang
                    or LedgerFaultKind.Truncated
            || fault.Answer?.Status is 204 or 302 or 500 or 502
            || fault.Answer is { Status: 429, Wait: 1 }
        );

    [TestCaseSource(nameof(Faults))]
    public async Task A_fault_on_a_beat_is_told_and_the_same_extension_is_sent_again(LedgerFault fault)
    {
        await using var host = await LedgerHost.StartAsync();
        await using var client = NewClient(host.Url);
        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(10));
        var firstEnd = guard.ExpiresAt;

        // 60 s less twice the deadline of 7 s and a second.
        host.Arm(Operation.Extend, fault);
        Pass(host, TimeSpan.FromSeconds(45));
        await host.WhenMet.WaitAsync(Patience);
        if (fault.Kind == LedgerFaultKind.Hang)
        {
            // All of its deadline: just one more attempt fits.
            Pass(host, TimeSpan.FromSeconds(7));
        }

        var told = await LoggedAsync(201);
        Assert.That(told, Does.Contain(guard.ReservationId!).And.Contain("sent again"));
        Pass(host, TimeSpan.FromSeconds(4));
        await UntilAsync(() => guard.ExpiresAt > firstEnd);

        var settlement = await guard.CommitAsync(Amount.Tokens(7));
        var balance = await host.BalanceAsync();
        Assert.Multiple(() =>
        {
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
            Assert.That(settlement.LeaseLost, Is.False);
            Assert.That(host.Reached(Operation.Extend), Is.EqualTo(fault.Applied ? 2 : 1));
            Assert.That(guard.ExpiresAt, Is.EqualTo(firstEnd + TimeSpan.FromSeconds(60)), "it was extended once");
            Assert.That(balance.Spent, Is.EqualTo(Amount.Tokens(7)));
            Assert.That(balance.Reserved, Is.EqualTo(Amount.Tokens(0)));
        });
    }

    [Test]
    public async Task Beats_that_never_get_an_answer_have_one_key_and_the_commit_follows()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/extend", StringComparison.Ordinal))
            {
                return Answers.Valid(context);
            }

            context.Abort();
            return Task.CompletedTask;
        });
        await using var client = NewClient(server.Url);
        await using (var guard = await client.ReserveAsync(Work, Amount.Tokens(10)))
        {
            _clock.Advance(TimeSpan.FromSeconds(45));
            for (var failures = 1; _logs.GetSnapshot().All(record => record.Id.Id != 202); failures++)
            {
                await UntilAsync(() => _logs.GetSnapshot().Count(record => record.Id.Id is 201 or 202) >= failures);
                _clock.Advance(TimeSpan.FromSeconds(4));
            }

            Assert.That(await LoggedAsync(202), Does.Contain("rsv_1").And.Contain("the action goes on"));
            var settlement = await guard.CommitAsync(Amount.Tokens(7));
            Assert.That(settlement.Outcome, Is.EqualTo(SettlementOutcome.Committed));
        }

        var beats = server
            .Requests.Where(request => request.Target.EndsWith("/extend", StringComparison.Ordinal))
            .ToList();
        Assert.Multiple(() =>
        {
            Assert.That(beats, Has.Count.GreaterThan(1));
            Assert.That(beats.Select(beat => beat.Header("X-Idempotency-Key")).Distinct().Count(), Is.EqualTo(1));
            Assert.That(beats.Select(beat => Convert.ToHexString(beat.Body)).Distinct().Count(), Is.EqualTo(1));
            Assert.That(server.Requests[^1].Target, Does.EndWith("/commit"));
        });
    }

    [Test]
    public async Task A_server_that_does_not_say_what_is_left_is_asked_at_once()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            var path = context.Request.Path.Value!;
            return path.EndsWith("/extend", StringComparison.Ordinal)
                    ? Answers.Json(200, """{"status":"ACTIVE","expires_at_ms":1712956890000}""")(context)
                : path.EndsWith("/reservations", StringComparison.Ordinal)
                    ? Answers.Json(
                        200,
                        """{"decision":"ALLOW","reservation_id":"rsv_1","affected_scopes":[],"expires_at_ms":1712956830000}"""
                    )(context)
                : Answers.Valid(context);
        });
        await using var client = NewClient(server.Url);
        await using var guard = await client.ReserveAsync(Work, Amount.Tokens(10));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync(() => guard.ExpiresAt == DateTimeOffset.FromUnixTimeMilliseconds(1712956890000));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    private void Pass(LedgerHost host, TimeSpan time)
    {
        host.Pass(time);
        _clock.Advance(time);
    }

    private async Task<string> LoggedAsync(int id)
    {
        await UntilAsync(() => _logs.GetSnapshot().Any(record => record.Id.Id == id));
        return _logs.GetSnapshot().First(record => record.Id.Id == id).Message;
    }

    private CyclesClient NewClient(Uri url) =>
        new(
            url,
            Seam.Key,
            new CyclesClientOptions
            {
                TimeProvider = _clock,
                JournalDirectory = TestHome.NewJournal(),
                Subject = new Subject { Tenant = "acme" },
                LoggerFactory = LoggerFactory.Create(logging =>
                    logging.Services.Add(
                        Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Singleton<ILoggerProvider>(
                            new FakeLoggerProvider(_logs)
                        )
                    )
                ),
            }
        );
}
