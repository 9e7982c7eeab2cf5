namespace Cycles.Extensions.AI;

/// <summary>Counts what a run's calls come to, and lets the run around it count them too. Thread-safe.</summary>
/// <param name="around">The run around it; null for none.</param>
internal sealed class RunTally(RunTally? around)
{
    private readonly object _gate = new();
    private readonly SortedDictionary<(string Name, AmountUnit Unit, bool IsTool), RunItem> _items = new(
        Comparer<(string Name, AmountUnit Unit, bool IsTool)>.Create(
            static (a, b) =>
                string.CompareOrdinal(a.Name, b.Name) is var names and not 0 ? names
                : a.Unit != b.Unit ? a.Unit.CompareTo(b.Unit)
                : a.IsTool.CompareTo(b.IsTool)
        )
    );
    private readonly SortedSet<string> _unconfigured = new(StringComparer.Ordinal);
    private readonly Dictionary<(AmountUnit Unit, string Scope), Balance> _budgets = [];
    private int _handOffs;
    private int _unsettled;

    public void LetThrough(in RunCall call) => Change(call, item => item with { Calls = item.Calls + 1 });

    public void Denied(in RunCall call) => Change(call, item => item with { Denials = item.Denials + 1 });

    /// <summary>What was let through did not run after all; whoever refused it counts that.</summary>
    public void Refused(in RunCall call) => Change(call, item => item with { Calls = item.Calls - 1 });

    /// <summary>A call holds, and will be settled.</summary>
    public void Began()
    {
        Interlocked.Increment(ref _unsettled);
        around?.Began();
    }

    /// <summary>A call that held is settled.</summary>
    public void Settled()
    {
        Interlocked.Decrement(ref _unsettled);
        around?.Settled();
    }

    public void Charged(RunCall call, Amount spend, IReadOnlyList<Balance>? balances)
    {
        Change(
            call,
            item => item with { Spend = Sum(item.Spend, spend), Estimate = Sum(item.Estimate, call.Estimate) }
        );
        Told(balances);
    }

    /// <summary>The ledger did not charge so much of what calls cost.</summary>
    public void Uncharged(RunCharge charge, long amount) =>
        Change(
            charge.Call,
            item =>
                item with
                {
                    Spend = item.Spend with { Value = item.Spend.Value - amount },
                    Estimate =
                        amount < charge.Amount
                            ? item.Estimate
                            : item.Estimate with
                            {
                                Value = item.Estimate.Value - charge.Call.Estimate.Value,
                            },
                }
        );

    /// <summary>Takes note of what an authority says is left.</summary>
    public void Told(IReadOnlyList<Balance>? balances)
    {
        if (balances is null)
        {
            return;
        }

        lock (_gate)
        {
            foreach (var balance in balances)
            {
                _budgets[(balance.Remaining.Unit, balance.Scope)] = balance;
            }
        }

        around?.Told(balances);
    }

    public void HandedOff()
    {
        Interlocked.Increment(ref _handOffs);
        around?.HandedOff();
    }

    public void Unconfigured(string tool)
    {
        lock (_gate)
        {
            _unconfigured.Add(tool);
        }

        around?.Unconfigured(tool);
    }

    /// <summary>Fills in what is counted here.</summary>
    public RunSummary Fill(RunSummary summary)
    {
        lock (_gate)
        {
            return summary with
            {
                Models = [.. _items.Where(item => !item.Key.IsTool).Select(item => item.Value)],
                Tools = [.. _items.Where(item => item.Key.IsTool).Select(item => item.Value)],
                UnconfiguredTools = [.. _unconfigured],
                Spend =
                [
                    .. _items
                        .Values.Select(item => item.Spend)
                        .Where(spend => spend.Value > 0)
                        .GroupBy(spend => spend.Unit)
                        .OrderBy(unit => unit.Key)
                        .Select(unit => unit.Aggregate(Sum)),
                ],
                Budgets =
                [
                    .. _budgets
                        .OrderBy(budget => budget.Key.Unit)
                        .ThenBy(budget => budget.Key.Scope, StringComparer.Ordinal)
                        .Select(budget => budget.Value),
                ],
                HandOffs = _handOffs,
                Unsettled = Volatile.Read(ref _unsettled),
            };
        }
    }

    private void Change(in RunCall call, Func<RunItem, RunItem> change)
    {
        var key = (call.Name, call.Estimate.Unit, call.IsTool);
        lock (_gate)
        {
            var item = _items.GetValueOrDefault(key) ?? Nothing(call);
            _items[key] = change(item);
        }

        around?.Change(call, change);
    }

    private static RunItem Nothing(in RunCall call) =>
        new()
        {
            Name = call.Name,
            Calls = 0,
            Denials = 0,
            Spend = new Amount(call.Estimate.Unit, 0),
            Estimate = new Amount(call.Estimate.Unit, 0),
        };

    /// <summary>A summary never fails a call for being too large.</summary>
    public static Amount Sum(Amount a, Amount b) =>
        a with
        {
            Value = b.Value > long.MaxValue - a.Value ? long.MaxValue : a.Value + b.Value,
        };
}
