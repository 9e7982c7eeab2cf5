namespace Cycles;

/// <summary>
/// The seam between those who ask and the one who answers: one method for each operation of the protocol's runtime
/// plane. An authority in this process and one behind HTTP behave the same.
/// </summary>
/// <remarks>
/// <para>
/// <b>One call is one attempt.</b> Nothing behind the seam repeats a request that changes anything; retries live above
/// it, with the right keys.
/// </para>
/// <para>
/// <b>Three outcomes.</b> A success is the documented status with a schema-valid body. Every 4xx and 5xx is a value
/// with an <see cref="CyclesError"/>. Only where no such answer came back (a transport failure, a 3xx, a 2xx that is
/// neither the documented status nor schema-valid) does a method throw a <c>CyclesTransportException</c>: the operation
/// may or may not have happened.
/// </para>
/// <para>Implementations are safe for concurrent use. A cancelled token may leave the operation done or undone.</para>
/// </remarks>
public interface ICyclesAuthority
{
    /// <summary>The tenant that this authority acts for; null when only the server behind it knows.</summary>
    string? Tenant { get; }

    /// <summary>The longest that one attempt can take. Zero in process; never infinite.</summary>
    TimeSpan AttemptTimeout { get; }

    /// <summary>The same authority for another tenant.</summary>
    /// <param name="tenant">The tenant's id: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <returns>The seam bound to <paramref name="tenant"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    /// <exception cref="InvalidOperationException">This authority has no credentials for other tenants.</exception>
    ICyclesAuthority ForTenant(string tenant);

    /// <summary>Asks without holding (<c>decide</c>, 200).</summary>
    /// <param name="request">The question.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        DecisionRequest request,
        CancellationToken cancellationToken = default
    );

    /// <summary>Holds, or evaluates a hold (<c>createReservation</c>, 200).</summary>
    /// <param name="request">The hold.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    );

    /// <summary>Charges and frees the rest (<c>commitReservation</c>, 200).</summary>
    /// <param name="reservationId">The hold.</param>
    /// <param name="request">The charge.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    );

    /// <summary>Gives a hold back (<c>releaseReservation</c>, 200).</summary>
    /// <param name="reservationId">The hold.</param>
    /// <param name="request">The reason.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    );

    /// <summary>Moves a hold's end outward (<c>extendReservation</c>, 200).</summary>
    /// <param name="reservationId">The hold.</param>
    /// <param name="request">How far.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    );

    /// <summary>Reads one reservation (<c>getReservation</c>, 200; 410 once it expired).</summary>
    /// <param name="reservationId">The hold.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    );

    /// <summary>Reads one page of reservations (<c>listReservations</c>, 200).</summary>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    );

    /// <summary>Reads one page of balances (<c>getBalances</c>, 200).</summary>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    );

    /// <summary>Charges something that happened without a hold (<c>createEvent</c>, 201).</summary>
    /// <param name="request">The charge.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The outcome of one attempt.</returns>
    ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    );
}
