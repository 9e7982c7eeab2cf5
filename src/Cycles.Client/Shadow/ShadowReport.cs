using System.Globalization;

namespace Cycles;

/// <summary>
/// The switch for shadow mode, and what comes of it: given to a client (<see cref="CyclesClientOptions.Shadow"/>), to a
/// call (<see cref="ReserveOptions.Shadow"/>) or to a guard, everything is evaluated by dry runs, and nothing is blocked,
/// held or charged. It counts, and tells of each call that would have been refused.
/// </summary>
/// <remarks>
/// <para>
/// The authority's ledger does not move, so each dry run asks for what this call expects and for what the report has let
/// through before in the same unit for the same subject, dimensions aside. A budget above, which other subjects draw on
/// too, is compared with what was let through of all of them, where the dry run tells the balances. A refused call would
/// not have spent, and is left out of it.
/// </para>
/// <para>One report may serve any number of clients and guards. Thread-safe.</para>
/// </remarks>
/// <param name="lines">
/// Gets a line of JSON for each call that would have been refused, once its cost is known; null for none. Stays the
/// caller's. Never holds keys or content.
/// </param>
public sealed class ShadowReport(TextWriter? lines = null)
{
    private readonly object _gate = new();
    private readonly ShadowScopes _scopes = new();
    private readonly SortedDictionary<AmountUnit, long> _saved = [];
    private int _evaluated;
    private int _refused;
    private int _capped;
    private int _unevaluated;

    /// <summary>How many calls the authority or a rule on this side gave an answer for.</summary>
    public int Evaluated => Volatile.Read(ref _evaluated);

    /// <summary>How many of these would have been refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How many of these would have been allowed within caps.</summary>
    public int Capped => Volatile.Read(ref _capped);

    /// <summary>How many calls ran without any answer: the authority could not be reached, or did not know their budget.</summary>
    public int Unevaluated => Volatile.Read(ref _unevaluated);

    /// <summary>What the refusals would have saved so far, an amount for each unit.</summary>
    public IReadOnlyList<Amount> Saved
    {
        get
        {
            lock (_gate)
            {
                return [.. _saved.Select(saved => new Amount(saved.Key, saved.Value))];
            }
        }
    }

    /// <summary>Counts a call that a rule beside the authority's would have refused, and writes its line.</summary>
    /// <param name="call">The call, with its cost.</param>
    /// <exception cref="ArgumentNullException"><paramref name="call"/> is null.</exception>
    public void Add(ShadowedCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Count(isRefused: true, isCapped: false);
        Save(call);
    }

    /// <summary>The counts in words.</summary>
    /// <returns>Culture-invariant text.</returns>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Evaluated} calls evaluated, {Refused} would have been refused, saving {(Saved is { Count: > 0 } saved ? string.Join(", ", saved) : "nothing")}"
        );

    /// <summary>Lets a call through until its answer is there, so that others beside it count it.</summary>
    /// <returns>What a dry run has to ask for.</returns>
    internal Amount Ask(ReservationCreateRequest request) =>
        request.Estimate with
        {
            Value = Move(request, request.Estimate.Value),
        };

    /// <summary>Takes note of an answer; null for none.</summary>
    internal void Note(ReservationCreateRequest request, Decision? decision)
    {
        if (decision is null)
        {
            Interlocked.Increment(ref _unevaluated);
        }
        else
        {
            Count(decision == Decision.Deny, decision == Decision.AllowWithCaps);
        }

        if (decision == Decision.Deny)
        {
            Move(request, -request.Estimate.Value);
        }
    }

    /// <summary>A call that was let through came to more or less than was expected.</summary>
    /// <returns>What is let through in all.</returns>
    internal long Move(ReservationCreateRequest request, long by)
    {
        lock (_gate)
        {
            return _scopes.Move(request.Subject, request.Estimate.Unit, by);
        }
    }

    /// <summary>
    /// The denial of a budget that would have been used up by now by others too, who are not in the dry run of this call.
    /// </summary>
    internal Denial? ExceededBy(ReservationCreateRequest request, ReservationCreateResponse answer)
    {
        lock (_gate)
        {
            foreach (var budget in answer.Balances ?? [])
            {
                // What this call lets through is in it.
                var unit = budget.Remaining.Unit;
                var left = budget.Remaining.Value - _scopes.LetThrough(budget.Scope, unit);
                if (unit == request.Estimate.Unit && left < 0)
                {
                    return new Denial
                    {
                        ReasonCode = ReasonCode.BudgetExceeded,
                        Message = $"What ran in shadow mode before would have used up {budget.Scope}.",
                        Requested = request.Estimate,
                        Scope = budget.Scope,
                        Remaining = new SignedAmount(unit, left + request.Estimate.Value),
                        AffectedScopes = answer.AffectedScopes,
                    };
                }
            }
        }

        return null;
    }

    /// <summary>Books what a refusal would have saved.</summary>
    internal void Save(ShadowedCall call)
    {
        lock (_gate)
        {
            if (call.Saved.Value > 0)
            {
                _saved[call.Saved.Unit] = ShadowScopes.Sum(_saved.GetValueOrDefault(call.Saved.Unit), call.Saved.Value);
            }

            if (lines is not null)
            {
                lines.WriteLine(ShadowLine.Of(call));
                lines.Flush();
            }
        }
    }

    private void Count(bool isRefused, bool isCapped)
    {
        Interlocked.Increment(ref _evaluated);
        if (isRefused)
        {
            Interlocked.Increment(ref _refused);
        }

        if (isCapped)
        {
            Interlocked.Increment(ref _capped);
        }
    }
}
