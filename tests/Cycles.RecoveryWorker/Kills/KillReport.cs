namespace Cycles.RecoveryWorker;

/// <summary>What a run of kills came to.</summary>
internal sealed class KillReport
{
    private readonly SortedDictionary<KillPoint, int> _kills = [];

    public IReadOnlyDictionary<KillPoint, int> Kills => _kills;

    /// <summary>How many amounts the ledger has to have.</summary>
    public int Amounts { get; private set; }

    /// <summary>What they come to.</summary>
    public long Sum { get; private set; }

    /// <summary>How many were handed over by workers that died before anything of them was on disk.</summary>
    public int Unwritten { get; private set; }

    /// <summary>What those come to, which must never be charged.</summary>
    public long UnwrittenSum { get; private set; }

    public void Killed(KillPoint point) => _kills[point] = _kills.GetValueOrDefault(point) + 1;

    public void Spent(long amount)
    {
        Amounts++;
        Sum = checked(Sum + amount);
    }

    public void DiedUnwritten(long amount)
    {
        Unwritten++;
        UnwrittenSum = checked(UnwrittenSum + amount);
    }
}
