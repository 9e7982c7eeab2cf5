namespace Cycles.Authority;

/// <summary>
/// The seam of one tenant: checks the request's fields and its tenant, then runs the operation. Everything completes at
/// once; a token that is cancelled beforehand leaves everything undone.
/// </summary>
internal sealed class TenantAuthority(TenantSpace space) : ICyclesAuthority
{
    public string Tenant => space.Tenant;

    public TimeSpan AttemptTimeout => TimeSpan.Zero;

    public ICyclesAuthority ForTenant(string tenant) => space.Authority.ForTenant(tenant);

    public ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        DecisionRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<DecisionResponse>>(cancellationToken);
        }

        var refused = Check(request.Validate(), request.Subject);
        return new(refused is null ? Decide.Execute(space, request) : space.Refuse<DecisionResponse>(refused));
    }

    public ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<ReservationCreateResponse>>(cancellationToken);
        }

        if (Check(request.Validate(), request.Subject) is { } refused)
        {
            return new(space.Refuse<ReservationCreateResponse>(refused));
        }

        return new(
            request.DryRun is true
                ? DryRunReservation.Execute(space, request)
                : CreateReservation.Execute(space, request)
        );
    }

    public ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<CommitResponse>>(cancellationToken);
        }

        var refused = Check(CheckId(reservationId) ?? request.Validate());
        return new(
            refused is null
                ? CommitReservation.Execute(space, reservationId, request)
                : space.Refuse<CommitResponse>(refused)
        );
    }

    public ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<ReleaseResponse>>(cancellationToken);
        }

        var refused = Check(CheckId(reservationId) ?? request.Validate());
        return new(
            refused is null
                ? ReleaseReservation.Execute(space, reservationId, request)
                : space.Refuse<ReleaseResponse>(refused)
        );
    }

    public ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<ReservationExtendResponse>>(cancellationToken);
        }

        var refused = Check(CheckId(reservationId) ?? request.Validate());
        return new(
            refused is null
                ? ExtendReservation.Execute(space, reservationId, request)
                : space.Refuse<ReservationExtendResponse>(refused)
        );
    }

    public ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    )
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<ReservationDetail>>(cancellationToken);
        }

        var refused = Check(CheckId(reservationId));
        return new(
            refused is null ? GetReservation.Execute(space, reservationId) : space.Refuse<ReservationDetail>(refused)
        );
    }

    public ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<ReservationListResponse>>(cancellationToken);
        }

        var refused = Check(query.Validate(), query.Subject);
        return new(
            refused is null ? ListReservations.Execute(space, query) : space.Refuse<ReservationListResponse>(refused)
        );
    }

    public ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<BalanceResponse>>(cancellationToken);
        }

        var refused = Check(query.Validate(), query.Subject);
        return new(refused is null ? GetBalances.Execute(space, query) : space.Refuse<BalanceResponse>(refused));
    }

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<EventCreateResponse>>(cancellationToken);
        }

        var refused = Check(request.Validate(), request.Subject);
        return new(refused is null ? CreateEvent.Execute(space, request) : space.Refuse<EventCreateResponse>(refused));
    }

    private static ValidationFinding? CheckId(string? id) =>
        id is null or { Length: 0 or > 128 }
            ? new ValidationFinding("reservation_id", "must be 1 to 128 characters")
            : null;

    /// <summary>First the fields (400), then the tenant (403).</summary>
    private CyclesError? Check(ValidationFinding? finding, Subject? subject = null)
    {
        if (finding is not null)
        {
            return Refusals.Invalid(finding);
        }

        return subject?.Tenant is { } tenant && !string.Equals(tenant, space.Tenant, StringComparison.OrdinalIgnoreCase)
            ? Refusals.ForeignSubject(tenant, space.Tenant)
            : null;
    }
}
