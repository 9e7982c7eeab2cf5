namespace Cycles.Benchmarks;

/// <summary>
/// What an application writes for itself: a dictionary behind a lock, checked before the action and added to after it.
/// Between the two, others pass the same check.
/// </summary>
internal sealed class HandMadeBudget(long limit)
{
    private readonly Dictionary<string, long> _spent = [];

    public bool MayRun(string scope, long cost)
    {
        lock (_spent)
        {
            return _spent.GetValueOrDefault(scope) + cost <= limit;
        }
    }

    public void Record(string scope, long cost)
    {
        lock (_spent)
        {
            _spent[scope] = _spent.GetValueOrDefault(scope) + cost;
        }
    }
}
