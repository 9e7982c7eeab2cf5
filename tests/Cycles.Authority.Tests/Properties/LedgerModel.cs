using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.Tests;

/// <summary>
/// Runs a history against an authority and keeps books of its own: what is held, and what was ever charged. It knows
/// no rule of who is refused; whatever the authority answers has to agree with the ledgers afterwards.
/// </summary>
internal sealed class LedgerModel
{
    private const AmountUnit Unit = AmountUnit.Tokens;
    private const long GraceMs = 500;

    private static readonly string[] Paths =
    [
        "tenant:acme",
        "tenant:acme/workspace:w",
        "tenant:acme/workspace:w/app:a",
        "tenant:acme/workspace:w/app:a/agent:b",
    ];

    private readonly FakeTimeProvider _clock = new();
    private readonly TenantAdministration _operator;
    private readonly ICyclesAuthority _acme;
    private readonly int _scopes;
    private readonly List<Hold> _holds = [];

    /// <summary>Operations that succeeded: each repeats itself, and each knows how to ask for something else.</summary>
    private readonly List<(Func<Task<string>> Repeat, string Answer, Func<Task<CyclesError?>> Spoil)> _done = [];

    /// <summary>Spent and owed together, as charges add to it and an operator's repayment takes from it.</summary>
    private readonly Int128[] _charged;

    private int _keys;

    public LedgerModel(int scopes)
    {
        var authority = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = _clock });
        _operator = authority.Administer("acme");
        _acme = authority.ForTenant("acme");
        _scopes = scopes;
        _charged = new Int128[scopes];
        for (var i = 0; i < scopes; i++)
        {
            _operator.Budget(Paths[i], Amount.Tokens(1_000 / (i + 1)), Amount.Tokens(i % 2 * 200));
        }
    }

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task RunAsync(Move move)
    {
        var before = await BalancesAsync();
        var mayHaveChanged = await DoAsync(move);
        var after = await BalancesAsync();
        if (!mayHaveChanged)
        {
            Assert.That(after, Is.EqualTo(before), $"{move} was refused, or a repeat, and yet changed a ledger");
        }

        Check(after, move);
    }

    private void Check(Balance[] balances, Move move)
    {
        for (var i = 0; i < _scopes; i++)
        {
            var balance = balances[i];
            Int128 allocated = balance.Allocated!.Value.Value;
            var spent = balance.Spent!.Value.Value;
            var reserved = balance.Reserved!.Value.Value;
            var debt = balance.Debt!.Value.Value;
            Int128 held = 0;
            foreach (var hold in _holds)
            {
                held += hold.IsActive && i < hold.Levels ? hold.Estimate : 0;
            }

            using (Assert.EnterMultipleScope())
            {
                Assert.That(
                    (Int128)balance.Remaining.Value,
                    Is.EqualTo(allocated - spent - reserved - debt),
                    $"remaining of {balance.Scope} after {move}"
                );
                Assert.That((Int128)reserved, Is.EqualTo(held), $"reserved of {balance.Scope} after {move}");
                Assert.That(
                    (Int128)spent + debt,
                    Is.EqualTo(_charged[i]),
                    $"spent and debt of {balance.Scope} after {move}"
                );
                Assert.That(
                    new[] { spent, reserved, debt, balance.Allocated.Value.Value }.Min(),
                    Is.Not.Negative,
                    $"{balance.Scope} after {move}"
                );
            }
        }
    }

    private async Task<Balance[]> BalancesAsync()
    {
        var response = await _acme.GetBalancesAsync(
            new BalanceQuery
            {
                Subject = new Subject { Tenant = "acme" },
                IncludeChildren = true,
            }
        );
        return [.. response.Value!.Balances];
    }

    /// <returns>Whether the ledgers may have changed.</returns>
    private async Task<bool> DoAsync(Move move)
    {
        switch (move.Kind)
        {
            case MoveKind.Reserve:
                return await ReserveAsync(move);
            case MoveKind.Commit:
                return await CommitAsync(move);
            case MoveKind.Release:
                return await ReleaseAsync(move);
            case MoveKind.Extend:
                await ExtendAsync(move);
                return false;
            case MoveKind.Event:
                return await ChargeAsync(move);
            case MoveKind.Decide:
                await DecideAsync(move);
                return false;
            case MoveKind.DryRun:
                var dry = Request(move) with { DryRun = true };
                await _acme.CreateReservationAsync(dry);
                return false;
            case MoveKind.Replay when _done.Count > 0:
                var (repeat, answer, _) = _done[move.Pick % _done.Count];
                Assert.That(await repeat(), Is.EqualTo(answer), "a repeat is answered verbatim");
                return false;
            case MoveKind.Mismatch when _done.Count > 0:
                var error = await _done[move.Pick % _done.Count].Spoil();
                Assert.That(error?.Code, Is.EqualTo(ErrorCode.IdempotencyMismatch));
                return false;
            case MoveKind.Advance:
                return Advance(move.Pick % 1_500);
            case MoveKind.Replay or MoveKind.Mismatch:
                return false;
            default:
                return Operate(move);
        }
    }

    private bool Advance(long ms)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(ms));
        var expired = _holds.FindAll(hold => hold.IsActive && NowMs > hold.DueAtMs);
        expired.ForEach(hold => hold.IsActive = false);
        return expired.Count > 0;
    }

    private async Task<bool> ReserveAsync(Move move)
    {
        var request = Request(move);
        var response = await _acme.CreateReservationAsync(request);
        if (response.Value is not { } held)
        {
            return false;
        }

        _holds.Add(
            new Hold(
                held.ReservationId!,
                Math.Min(move.Levels, _scopes),
                move.Amount,
                held.ExpiresAtMs!.Value + GraceMs
            )
        );
        Remember(
            () => _acme.CreateReservationAsync(request),
            CyclesJsonContext.Default.ReservationCreateResponse,
            held,
            () => _acme.CreateReservationAsync(request with { GracePeriodMs = GraceMs + 1 })
        );
        return true;
    }

    private async Task<bool> CommitAsync(Move move)
    {
        if (_holds.Count == 0)
        {
            return false;
        }

        var hold = _holds[move.Pick % _holds.Count];
        var request = new CommitRequest { IdempotencyKey = NextKey(), Actual = Amount.Tokens(move.Amount) };
        var response = await _acme.CommitReservationAsync(hold.Id, request);
        Assert.That(hold.IsActive || !response.IsSuccess, "what has ended cannot be committed");
        if (response.Value is not { } committed)
        {
            return false;
        }

        hold.IsActive = false;
        Charge(hold.Levels, committed.Charged.Value);
        Assert.That(committed.Charged.Value, Is.LessThanOrEqualTo(move.Amount));
        Assert.That(
            committed.Released?.Value ?? 0,
            Is.EqualTo(Math.Max(0, hold.Estimate - committed.Charged.Value)),
            "released"
        );
        Remember(
            () => _acme.CommitReservationAsync(hold.Id, request),
            CyclesJsonContext.Default.CommitResponse,
            committed,
            () => _acme.CommitReservationAsync(hold.Id, request with { Actual = Amount.Credits(1) })
        );
        return true;
    }

    private async Task<bool> ReleaseAsync(Move move)
    {
        if (_holds.Count == 0)
        {
            return false;
        }

        var hold = _holds[move.Pick % _holds.Count];
        var request = new ReleaseRequest { IdempotencyKey = NextKey() };
        var response = await _acme.ReleaseReservationAsync(hold.Id, request);
        Assert.That(response.IsSuccess, Is.EqualTo(hold.IsActive), "what is active can be released, and nothing else");
        if (response.Value is not { } released)
        {
            return false;
        }

        hold.IsActive = false;
        Remember(
            () => _acme.ReleaseReservationAsync(hold.Id, request),
            CyclesJsonContext.Default.ReleaseResponse,
            released,
            () => _acme.ReleaseReservationAsync(hold.Id, request with { Reason = "other" })
        );
        return true;
    }

    private async Task ExtendAsync(Move move)
    {
        if (_holds.Count == 0)
        {
            return;
        }

        var hold = _holds[move.Pick % _holds.Count];
        var request = new ReservationExtendRequest
        {
            IdempotencyKey = NextKey(),
            ExtendByMs = 1 + (move.Amount % 2_000),
        };
        var response = await _acme.ExtendReservationAsync(hold.Id, request);
        if (response.Value is not { } extended)
        {
            return;
        }

        Assert.That(hold.IsActive, "what has ended cannot be extended");
        hold.DueAtMs += request.ExtendByMs;
        Remember(
            () => _acme.ExtendReservationAsync(hold.Id, request),
            CyclesJsonContext.Default.ReservationExtendResponse,
            extended,
            () => _acme.ExtendReservationAsync(hold.Id, request with { ExtendByMs = request.ExtendByMs + 1 })
        );
    }

    private async Task<bool> ChargeAsync(Move move)
    {
        var request = new EventCreateRequest
        {
            IdempotencyKey = NextKey(),
            Subject = SubjectOf(move.Levels),
            Action = new CyclesAction("k", "n"),
            Actual = Amount.Tokens(move.Amount),
            OveragePolicy = move.Policy,
        };
        var response = await _acme.CreateEventAsync(request);
        if (response.Value is not { } applied)
        {
            return false;
        }

        Charge(Math.Min(move.Levels, _scopes), applied.Charged?.Value ?? move.Amount);
        Remember(
            () => _acme.CreateEventAsync(request),
            CyclesJsonContext.Default.EventCreateResponse,
            applied,
            () => _acme.CreateEventAsync(request with { ClientTimeMs = 1 })
        );
        return true;
    }

    private async Task DecideAsync(Move move)
    {
        var request = new DecisionRequest
        {
            IdempotencyKey = NextKey(),
            Subject = SubjectOf(move.Levels),
            Action = new CyclesAction("k", "n"),
            Estimate = Amount.Tokens(move.Amount),
        };
        var decided = (await _acme.DecideAsync(request)).Value!;
        Remember(
            () => _acme.DecideAsync(request),
            CyclesJsonContext.Default.DecisionResponse,
            decided,
            () => _acme.DecideAsync(request with { Estimate = Amount.Credits(1) })
        );
    }

    private bool Operate(Move move)
    {
        var scope = move.Pick % _scopes;
        var amount = Amount.Tokens(move.Amount);
        try
        {
            var balance = move.Kind switch
            {
                MoveKind.Credit => _operator.Credit(Paths[scope], amount),
                MoveKind.Debit => _operator.Debit(Paths[scope], amount),
                MoveKind.Reset => _operator.Reset(Paths[scope], amount),
                MoveKind.ResetSpent => _operator.ResetSpent(Paths[scope], amount, Amount.Tokens(move.Pick % 50)),
                MoveKind.SetLimit => _operator.SetOverdraftLimit(Paths[scope], amount),
                MoveKind.Freeze => _operator.Freeze(Paths[scope], Unit),
                _ => _operator.Unfreeze(Paths[scope], Unit),
            };

            // Repaying debt and starting a new period are the only ways down.
            var left = (Int128)balance.Spent!.Value.Value + balance.Debt!.Value.Value;
            if (move.Kind == MoveKind.Credit)
            {
                Assert.That(_charged[scope] - left, Is.InRange((Int128)0, (Int128)move.Amount));
            }
            else if (move.Kind != MoveKind.ResetSpent)
            {
                Assert.That(left, Is.EqualTo(_charged[scope]));
            }

            _charged[scope] = left;
            return true;
        }
        catch (AdministrationException)
        {
            return false;
        }
    }

    private void Charge(int levels, long amount)
    {
        for (var i = 0; i < levels; i++)
        {
            _charged[i] += amount;
        }
    }

    private void Remember<T>(
        Func<ValueTask<CyclesResponse<T>>> repeat,
        JsonTypeInfo<T> type,
        T answer,
        Func<ValueTask<CyclesResponse<T>>> spoil
    )
        where T : class =>
        _done.Add(
            (async () => Text((await repeat()).Value!, type), Text(answer, type), async () => (await spoil()).Error)
        );

    /// <summary>What a repeat has to match: all but the time left.</summary>
    private static string Text<T>(T response, JsonTypeInfo<T> type)
    {
        JsonNode json = JsonSerializer.SerializeToNode(response, type)!;
        json.AsObject().Remove("remaining_ttl_ms");
        return json.ToJsonString();
    }

    private ReservationCreateRequest Request(Move move) =>
        new()
        {
            IdempotencyKey = NextKey(),
            Subject = SubjectOf(move.Levels),
            Action = new CyclesAction("k", "n"),
            Estimate = Amount.Tokens(move.Amount),
            TtlMs = 1_000 + (move.Pick % 3_000),
            GracePeriodMs = GraceMs,
            OveragePolicy = move.Policy,
        };

    private string NextKey() => $"key-{_keys++}";

    private static Subject SubjectOf(int levels) =>
        new()
        {
            Tenant = "acme",
            Workspace = levels > 1 ? "w" : null,
            App = levels > 2 ? "a" : null,
            Agent = levels > 3 ? "b" : null,
        };
}
