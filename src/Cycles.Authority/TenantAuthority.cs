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
        request = Kept.Of(request);
        return Run(request, request.Validate(), request.Subject, Decide.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        request = Kept.Of(request);
        return request.DryRun is true
            ? Run(request, request.Validate(), request.Subject, DryRunReservation.Execute, cancellationToken)
            : Run(request, request.Validate(), request.Subject, CreateReservation.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        request = Kept.Of(request);
        return Run(reservationId, request, request.Validate(), CommitReservation.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        return Run(reservationId, request, request.Validate(), ReleaseReservation.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        request = Kept.Of(request);
        return Run(reservationId, request, request.Validate(), ExtendReservation.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    ) =>
        Run(
            reservationId,
            reservationId,
            finding: null,
            static (space, located, _) => GetReservation.Execute(space, located),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        return Run(query, query.Validate(), query.Subject, ListReservations.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        return Run(query, query.Validate(), query.Subject, GetBalances.Execute, cancellationToken);
    }

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        request = Kept.Of(request);
        return Run(request, request.Validate(), request.Subject, CreateEvent.Execute, cancellationToken);
    }

    /// <summary>First the fields (400), then the subject's tenant (403), then the operation.</summary>
    private ValueTask<CyclesResponse<TResponse>> Run<TRequest, TResponse>(
        TRequest request,
        ValidationFinding? finding,
        Subject? subject,
        Func<TenantSpace, TRequest, CyclesResponse<TResponse>> operation,
        CancellationToken cancellationToken
    )
        where TResponse : class
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<TResponse>>(cancellationToken);
        }

        if (finding is not null)
        {
            return new(space.Refuse<TResponse>(Refusals.Invalid(finding)));
        }

        if (subject?.Tenant is { } tenant && !string.Equals(tenant, space.Tenant, StringComparison.OrdinalIgnoreCase))
        {
            return new(space.Refuse<TResponse>(Refusals.ForeignSubject(tenant, space.Tenant)));
        }

        return new(operation(space, request));
    }

    /// <summary>First the fields (400), then the reservation (404, 403), then the operation.</summary>
    private ValueTask<CyclesResponse<TResponse>> Run<TRequest, TResponse>(
        string id,
        TRequest request,
        ValidationFinding? finding,
        Func<TenantSpace, ReservationRef, TRequest, CyclesResponse<TResponse>> operation,
        CancellationToken cancellationToken
    )
        where TResponse : class
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<CyclesResponse<TResponse>>(cancellationToken);
        }

        finding = CheckId(id) ?? finding;
        if (finding is not null)
        {
            return new(space.Refuse<TResponse>(Refusals.Invalid(finding)));
        }

        return new(
            space.Locate(id, out var located) is { } missing
                ? space.Refuse<TResponse>(missing)
                : operation(space, located, request)
        );
    }

    private static ValidationFinding? CheckId(string? id) =>
        id is null or { Length: 0 or > 128 }
            ? new ValidationFinding("reservation_id", "must be 1 to 128 characters")
            : null;
}
