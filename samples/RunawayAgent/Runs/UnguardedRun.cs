using Cycles;

namespace RunawayAgent;

/// <summary>Every call goes through.</summary>
internal sealed class UnguardedRun(SampleOptions options, Pace pace) : AgentRun(options, pace)
{
    public override string Name => "Unguarded";

    public override string Protection => "nothing stops it until somebody notices";

    public override Amount? Budget => null;

    protected override Task<string> GuardAsync(AgentStep step, Func<Task<string>> call) => call();

    protected override Task<IReadOnlyList<Balance>> ReadLedgerAsync() => Task.FromResult<IReadOnlyList<Balance>>([]);
}
