namespace Cycles.Authority;

/// <summary>One instance for equal actions, so that a million reservations share a few. Guarded by the tenant's lock.</summary>
internal sealed class ActionCache
{
    /// <summary>Past this many actions the cache starts over: a name that never comes twice must not fill the memory.</summary>
    private const int MostCachedActions = 4_096;

    private readonly Dictionary<CyclesAction, CyclesAction> _actions = new(ActionComparer.Instance);

    public CyclesAction Intern(CyclesAction action)
    {
        if (_actions.TryGetValue(action, out var known))
        {
            return known;
        }

        if (_actions.Count == MostCachedActions)
        {
            _actions.Clear();
        }

        _actions.Add(action, action);
        return action;
    }
}
