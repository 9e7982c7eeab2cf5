namespace Cycles;

/// <summary>Nothing is sent and the TTL frees the hold: the actual amount is missing, and policy wants no guess.</summary>
internal sealed class Abandonment : SettlementOperation
{
    public override string Description => "left to its TTL";

    public override Task FirstAttempt => Task.CompletedTask;
}
