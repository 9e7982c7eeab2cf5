namespace Cycles;

/// <summary>
/// The attempts of the seam, watched where somebody listens. Unwatched they go straight through: no closure, no state
/// machine, nothing that the embedded authority's hot path would notice.
/// </summary>
internal static class Observed
{
    public static ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        TimeProvider clock,
        ICyclesAuthority authority,
        DecisionRequest request,
        CancellationToken cancellationToken
    ) =>
        ClientTelemetry.IsObserved
            ? WatchDecideAsync(clock, authority, request, cancellationToken)
            : authority.DecideAsync(request, cancellationToken);

    public static ValueTask<CyclesResponse<ReservationCreateResponse>> CreateAsync(
        TimeProvider clock,
        ICyclesAuthority authority,
        ReservationCreateRequest request,
        CancellationToken cancellationToken
    ) =>
        ClientTelemetry.IsObserved
            ? WatchCreateAsync(clock, authority, request, cancellationToken)
            : authority.CreateReservationAsync(request, cancellationToken);

    public static ValueTask<CyclesResponse<CommitResponse>> CommitAsync(SpendSettlement spend, CommitRequest commit) =>
        ClientTelemetry.IsObserved ? WatchCommitAsync(spend, commit) : spend.SendCommitAsync();

    public static ValueTask<CyclesResponse<EventCreateResponse>> RecordAsync(
        SpendSettlement spend,
        EventCreateRequest request
    ) => ClientTelemetry.IsObserved ? WatchRecordAsync(spend, request) : spend.SendEventAsync();

    public static ValueTask<CyclesResponse<ReleaseResponse>> ReleaseAsync(HoldRelease release) =>
        ClientTelemetry.IsObserved ? WatchReleaseAsync(release) : release.SendAsync();

    public static ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendAsync(
        TimeProvider clock,
        ICyclesAuthority authority,
        string id,
        ReservationExtendRequest request,
        CyclesAction action,
        CancellationToken cancellationToken
    ) =>
        ClientTelemetry.IsObserved
            ? WatchExtendAsync(clock, authority, id, request, action, cancellationToken)
            : authority.ExtendReservationAsync(id, request, cancellationToken);

    private static ValueTask<CyclesResponse<DecisionResponse>> WatchDecideAsync(
        TimeProvider clock,
        ICyclesAuthority authority,
        DecisionRequest request,
        CancellationToken cancellationToken
    ) =>
        ObservedAttempt.RunAsync(
            clock,
            TelemetryNames.Decide,
            request.Action,
            request.Estimate.Unit,
            () => authority.DecideAsync(request, cancellationToken),
            (attempt, answer) =>
            {
                attempt.Tag(TelemetryNames.EstimateTag, request.Estimate.Value);
                if (answer is not null)
                {
                    attempt.Decided(answer.Decision, answer.ReasonCode);
                }
            }
        );

    private static ValueTask<CyclesResponse<ReservationCreateResponse>> WatchCreateAsync(
        TimeProvider clock,
        ICyclesAuthority authority,
        ReservationCreateRequest request,
        CancellationToken cancellationToken
    ) =>
        ObservedAttempt.RunAsync(
            clock,
            TelemetryNames.Reserve,
            request.Action,
            request.Estimate.Unit,
            () => authority.CreateReservationAsync(request, cancellationToken),
            (attempt, answer) =>
            {
                attempt.Tag(TelemetryNames.EstimateTag, request.Estimate.Value);
                if (answer is not null)
                {
                    attempt.Tag(TelemetryNames.ReservationTag, answer.ReservationId);
                    attempt.Decided(answer.Decision, answer.ReasonCode);
                }
            }
        );

    private static ValueTask<CyclesResponse<CommitResponse>> WatchCommitAsync(
        SpendSettlement spend,
        CommitRequest commit
    ) =>
        ObservedAttempt.RunAsync(
            spend.Clock,
            TelemetryNames.Commit,
            spend.Action,
            commit.Actual.Unit,
            spend.SendCommitAsync,
            (attempt, answer) =>
                attempt
                    .Tag(TelemetryNames.ReservationTag, spend.ReservationId)
                    .Tag(TelemetryNames.ActualTag, commit.Actual.Value)
                    .Tag(TelemetryNames.ChargedTag, answer?.Charged.Value)
                    .Tag(TelemetryNames.ReleasedTag, answer?.Released?.Value)
        );

    private static ValueTask<CyclesResponse<EventCreateResponse>> WatchRecordAsync(
        SpendSettlement spend,
        EventCreateRequest request
    ) =>
        ObservedAttempt.RunAsync(
            spend.Clock,
            TelemetryNames.Event,
            request.Action,
            request.Actual.Unit,
            spend.SendEventAsync,
            static (_, _) => { }
        );

    private static ValueTask<CyclesResponse<ReleaseResponse>> WatchReleaseAsync(HoldRelease release) =>
        ObservedAttempt.RunAsync(
            release.Clock,
            TelemetryNames.Release,
            release.Action,
            release.Estimate.Unit,
            release.SendAsync,
            (attempt, answer) =>
                attempt
                    .Tag(TelemetryNames.ReservationTag, release.ReservationId)
                    .Tag(TelemetryNames.ReleasedTag, answer?.Released.Value)
        );

    private static ValueTask<CyclesResponse<ReservationExtendResponse>> WatchExtendAsync(
        TimeProvider clock,
        ICyclesAuthority authority,
        string id,
        ReservationExtendRequest request,
        CyclesAction action,
        CancellationToken cancellationToken
    ) =>
        ObservedAttempt.RunAsync(
            clock,
            TelemetryNames.Extend,
            action,
            unit: null,
            () => authority.ExtendReservationAsync(id, request, cancellationToken),
            (attempt, _) => attempt.Tag(TelemetryNames.ReservationTag, id)
        );
}
