namespace Cycles.Extensions.AI;

/// <summary>
/// One hold that many calls share: each takes its part, and what they cost is committed once. Inside the hold of a run
/// around, charges go on to that one. Thread-safe.
/// </summary>
internal sealed class RunHold(CyclesRun run, RunGrant grant, long kept)
{
    private readonly object _gate = new();

    /// <summary>What the hold covers, and so the ledger charges unless it refuses all of it, by model and tool of a run.</summary>
    private readonly Dictionary<(RunTally Tally, string Name, bool IsTool), RunCharge> _covered = [];

    /// <summary>The calls that went past the hold, in their order.</summary>
    private readonly List<RunCharge> _overran = [];
    private long _open;
    private long _openInCalls;
    private long _spent;
    private long _kept = kept;
    private long _leftAtEnd;
    private bool _hasEnded;

    public CyclesClient Cycles => run.Cycles;

    public string? Tenant => grant.Tenant;

    public Caps? Caps => grant.Caps;

    public string? ReservationId => grant.ReservationId;

    public IReadOnlyList<string> AffectedScopes => grant.AffectedScopes;

    /// <summary>Whether nothing is held any more: the authority gave it up, or it is settled.</summary>
    public bool IsLost => Volatile.Read(ref _hasEnded) || grant.IsLost;

    /// <summary>What is kept aside and still pays.</summary>
    public long Kept => IsLost ? 0 : Interlocked.Read(ref _kept);

    /// <inheritdoc cref="RunGrant.IsFor" />
    public bool IsFor(Subject? subject) => grant.IsFor(subject);

    /// <summary>Takes a part.</summary>
    /// <param name="estimate">How much.</param>
    /// <param name="denial">Why not, where it does not fit.</param>
    /// <param name="isForRun">Whether a run inside holds it, and not a call.</param>
    /// <returns>Null with the denial where it does not fit, and without one where the hold is settled.</returns>
    public RunPart? TryTake(Amount estimate, out Denial? denial, bool isForRun = false)
    {
        lock (_gate)
        {
            denial = null;
            if (_hasEnded)
            {
                return null;
            }

            var left = grant.Estimate.Value - _kept - _open - _spent;
            if (estimate.Value <= left)
            {
                return Open(estimate, isForRun);
            }

            denial = new Denial
            {
                ReasonCode = LocalReasons.RunHoldSpent,
                Message = $"The run '{run.Name}' holds {grant.Estimate} in all, and too little of it is left.",
                Requested = estimate,
                Remaining = new SignedAmount(estimate.Unit, left),
                AffectedScopes = AffectedScopes,
            };
            return null;
        }
    }

    /// <summary>Takes what is kept for a final answer; null when it is gone.</summary>
    public RunPart? TryTakeKept()
    {
        lock (_gate)
        {
            var taken = Kept;
            if (taken == 0)
            {
                return null;
            }

            _kept = 0;
            return Open(grant.Estimate with { Value = taken }, isForRun: false);
        }
    }

    /// <summary>Spends out of a part, or more than it.</summary>
    /// <returns>Whether the hold still pays.</returns>
    public bool TryCharge(RunPart part, in RunCharge charge)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                return false;
            }

            // Where the hold around is settled, the call still spends of what this run may.
            var isPaid = grant.Part?.TryCharge(charge) ?? true;
            TakeOff(part, Math.Min(part.Left, charge.Amount));
            _spent = charge.Amount > long.MaxValue - _spent ? long.MaxValue : _spent + charge.Amount;
            if (grant.Guard is not null && run.Shadow is null)
            {
                Note(charge);
                charge.Tally.Charged(charge.Call, grant.Estimate with { Value = charge.Amount }, balances: null);
            }

            return isPaid;
        }
    }

    /// <summary>Takes back what is left of a part.</summary>
    public void Close(RunPart part)
    {
        lock (_gate)
        {
            TakeOff(part, part.Left);
        }
    }

    /// <summary>
    /// Commits what was spent; without anything, gives all of it back. Calls that still run in it settle for themselves.
    /// </summary>
    /// <returns>
    /// What was neither spent nor promised to a call that still runs, here or in a run inside, and how much of that was
    /// kept; the same each time, since what those calls come to is not known here any more. Runs inside ask anew.
    /// </returns>
    public async Task<(Amount Left, long Kept)> EndAsync(string reason)
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_hasEnded;
            if (isFirst)
            {
                _hasEnded = true;
                _leftAtEnd = Math.Max(0, grant.Estimate.Value - _openInCalls - _spent);
            }
        }

        if (isFirst && grant.Guard is { } guard && _spent > 0)
        {
            await CommitAsync(guard, guard.Estimate with { Value = _spent }).ConfigureAwait(false);
        }
        else if (isFirst)
        {
            await grant.ReleaseAsync(reason).ConfigureAwait(false);
        }

        return (grant.Estimate with { Value = _leftAtEnd }, Math.Min(_kept, _leftAtEnd));
    }

    private RunPart Open(Amount amount, bool isForRun)
    {
        _open += amount.Value;
        AddCalls(isForRun ? 0 : amount.Value);
        return new RunPart(this, amount, isForRun);
    }

    private void TakeOff(RunPart part, long amount)
    {
        part.Left -= amount;
        _open -= amount;
        AddCalls(part.IsForRun ? 0 : -amount);
    }

    private void Note(in RunCharge charge)
    {
        if (_spent > grant.Estimate.Value)
        {
            _overran.Add(charge);
            return;
        }

        var key = (charge.Tally, charge.Call.Name, charge.Call.IsTool);
        _covered[key] = _covered.TryGetValue(key, out var before) ? before.Plus(charge) : charge;
    }

    /// <summary>What calls hold here or in runs inside, which lock before this one.</summary>
    private void AddCalls(long amount)
    {
        lock (_gate)
        {
            _openInCalls += amount;
        }

        grant.Part?.Hold.AddCalls(amount);
    }

    /// <summary>What the ledger does not take of it, the summaries don't count as spent.</summary>
    private async ValueTask CommitAsync(ReservationGuard guard, Amount spent)
    {
        Settlement? settled = null;
        try
        {
            settled = await guard.CommitAsync(spent).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            run.NoteUnsettled(spent, e);
        }

        run.Tally.Told(settled?.Balances);
        var missing = spent.Value - (settled is null ? 0 : (settled.Charged ?? spent).Value);

        // The last calls are those that overran.
        foreach (var charge in _covered.Values.Concat(_overran).Reverse().TakeWhile(_ => missing > 0))
        {
            var taken = Math.Min(charge.Amount, missing);
            charge.Tally.Uncharged(charge, taken);
            missing -= taken;
        }
    }
}
