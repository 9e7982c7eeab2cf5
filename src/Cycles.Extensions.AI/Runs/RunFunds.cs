namespace Cycles.Extensions.AI;

/// <summary>What a run holds for itself: a reservation, or a part of the hold of a run around it.</summary>
internal sealed class RunFunds
{
    public RunFunds(ReservationGuard guard) => Guard = guard;

    public RunFunds(RunPart part) => Part = part;

    public ReservationGuard? Guard { get; }

    public RunPart? Part { get; }

    public Amount Estimate => Guard?.Estimate ?? Part!.Estimate;

    public Caps? Caps => Guard is null ? Part!.Hold.Caps : Guard.Caps;

    public string? ReservationId => Guard is null ? Part!.Hold.ReservationId : Guard.ReservationId;

    public IReadOnlyList<string> AffectedScopes => Guard?.AffectedScopes ?? Part!.Hold.AffectedScopes;

    /// <summary>Whether nothing is held any more. The reservations of runs are made so that this can be known.</summary>
    public bool IsLost => Guard?.LeaseLost.IsCancellationRequested ?? Part!.Hold.IsLost;

    /// <summary>Gives back what is left. Never throws.</summary>
    public Task ReleaseAsync(string reason)
    {
        Part?.Close();
        return Guard?.ReleaseAsync(reason) ?? Task.CompletedTask;
    }
}
