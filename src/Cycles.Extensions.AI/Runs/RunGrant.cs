namespace Cycles.Extensions.AI;

/// <summary>What a run was granted for itself: a reservation, or a part of the hold of a run around it.</summary>
internal sealed class RunGrant
{
    public RunGrant(ReservationGuard guard) => Guard = guard;

    public RunGrant(RunPart part) => Part = part;

    public ReservationGuard? Guard { get; }

    public RunPart? Part { get; }

    public Amount Estimate => Guard?.Estimate ?? Part!.Estimate;

    /// <summary>Whose budget it is, as the subject or else the answer says; null where neither does.</summary>
    public string? Tenant => Guard is null ? Part!.Hold.Tenant : Guard.Subject.Tenant ?? Guard.Metadata.Tenant;

    public Caps? Caps => Guard is null ? Part!.Hold.Caps : Guard.Caps;

    public string? ReservationId => Guard is null ? Part!.Hold.ReservationId : Guard.ReservationId;

    public IReadOnlyList<string> AffectedScopes => Guard?.AffectedScopes ?? Part!.Hold.AffectedScopes;

    /// <summary>Whether nothing is held any more. The reservations of runs are made so that this can be known.</summary>
    public bool IsLost => Guard?.LeaseLost.IsCancellationRequested ?? Part!.Hold.IsLost;

    /// <summary>Whether it may pay for calls of a subject: not for another tenant's.</summary>
    public bool IsFor(Subject? subject) =>
        subject?.Tenant is not { } tenant
        || Tenant is not { } own
        || string.Equals(tenant, own, StringComparison.OrdinalIgnoreCase);

    /// <summary>Gives back what is left. Never throws.</summary>
    public Task ReleaseAsync(string reason)
    {
        Part?.Close();
        return Guard?.ReleaseAsync(reason) ?? Task.CompletedTask;
    }
}
