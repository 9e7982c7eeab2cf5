using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles;

/// <summary>
/// The seam to any server of the protocol. One call is one request; one that the protocol would refuse is an
/// <see cref="ArgumentException"/>, and is not sent.
/// </summary>
internal sealed class HttpCyclesAuthority : ICyclesAuthority, IStoredRequests
{
    private readonly Func<HttpMessageInvoker> _http;
    private readonly CyclesClientOptions _options;
    private readonly HttpAddresses _addresses;
    private readonly HttpExchange _exchange;

    /// <param name="http">
    /// Gives the sender of each request. A client's own timeout has to be infinite: the attempt has a deadline of its own.
    /// </param>
    /// <param name="options">Checked before, and not changed any more.</param>
    public HttpCyclesAuthority(Func<HttpMessageInvoker> http, CyclesClientOptions options)
        : this(http, options, options.Subject?.Tenant, isOwn: true) { }

    private HttpCyclesAuthority(Func<HttpMessageInvoker> http, CyclesClientOptions options, string? tenant, bool isOwn)
    {
        _http = http;
        _options = options;
        _addresses = new HttpAddresses(options.BaseUrl!);
        _exchange = new HttpExchange(
            http,
            new ApiKeys(options, tenant, isOwn),
            options.ConnectTimeout + options.ReadTimeout,
            options.TimeProvider ?? TimeProvider.System
        );
        Tenant = tenant;
    }

    public string? Tenant { get; }

    public TimeSpan AttemptTimeout => _exchange.Deadline;

    public ICyclesAuthority ForTenant(string tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (new Subject { Tenant = tenant }.Validate() is { } finding)
        {
            throw new ArgumentException($"The tenant's id {finding.Problem}.", nameof(tenant));
        }

        return _options.ApiKeyProvider is null
            ? throw new InvalidOperationException(
                $"There is no API key for tenant '{tenant}': set {_options.NameOf(nameof(CyclesClientOptions.ApiKeyProvider))}, which is asked for the key of each tenant."
            )
            : new HttpCyclesAuthority(_http, _options, tenant, isOwn: false);
    }

    public ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        DecisionRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Arguments.ThrowIf(request.Validate(), nameof(request));
        return PostAsync(
            HttpOperations.Decide,
            _addresses.Decide,
            request,
            CyclesJsonContext.Default.DecisionRequest,
            request.IdempotencyKey,
            default,
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Arguments.ThrowIf(request.Validate(), nameof(request));
        return PostAsync(
            HttpOperations.Create,
            _addresses.Reservations,
            request,
            CyclesJsonContext.Default.ReservationCreateRequest,
            request.IdempotencyKey,
            request.Estimate.Unit,
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Arguments.ThrowIf(request.Validate(), nameof(request));
        return PostAsync(
            HttpOperations.Commit,
            _addresses.Reservation(reservationId, "/commit"),
            request,
            CyclesJsonContext.Default.CommitRequest,
            request.IdempotencyKey,
            request.Actual.Unit,
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Arguments.ThrowIf(request.Validate(), nameof(request));
        return PostAsync(
            HttpOperations.Release,
            _addresses.Reservation(reservationId, "/release"),
            request,
            CyclesJsonContext.Default.ReleaseRequest,
            request.IdempotencyKey,
            default,
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Arguments.ThrowIf(request.Validate(), nameof(request));
        return PostAsync(
            HttpOperations.Extend,
            _addresses.Reservation(reservationId, "/extend"),
            request,
            CyclesJsonContext.Default.ReservationExtendRequest,
            request.IdempotencyKey,
            default,
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    ) => GetAsync(HttpOperations.Get, _addresses.Reservation(reservationId, ""), cancellationToken);

    public ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        Arguments.ThrowIf(query.Validate(), nameof(query));
        return GetAsync(HttpOperations.List, _addresses.List(QueryText.Of(query)), cancellationToken);
    }

    public ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        Arguments.ThrowIf(query.Validate(), nameof(query));
        return GetAsync(HttpOperations.Balances, _addresses.Balances(QueryText.Of(query)), cancellationToken);
    }

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        Arguments.ThrowIf(request.Validate(), nameof(request));
        return PostAsync(
            HttpOperations.Event,
            _addresses.Events,
            request,
            CyclesJsonContext.Default.EventCreateRequest,
            request.IdempotencyKey,
            request.Actual.Unit,
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<CommitResponse>> CommitStoredAsync(
        string reservationId,
        AmountUnit unit,
        string idempotencyKey,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    ) =>
        _exchange.SendAsync(
            HttpOperations.Commit,
            _addresses.Reservation(reservationId, "/commit"),
            body,
            idempotencyKey,
            unit,
            cancellationToken
        );

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateStoredEventAsync(
        AmountUnit unit,
        string idempotencyKey,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    ) => _exchange.SendAsync(HttpOperations.Event, _addresses.Events, body, idempotencyKey, unit, cancellationToken);

    private ValueTask<CyclesResponse<T>> GetAsync<T>(
        HttpOperation<T> operation,
        Uri address,
        CancellationToken cancellationToken
    )
        where T : class =>
        _exchange.SendAsync(operation, address, body: null, idempotencyKey: null, unit: default, cancellationToken);

    /// <summary>The same request is the same bytes, however often it is sent.</summary>
    private ValueTask<CyclesResponse<TAnswer>> PostAsync<TRequest, TAnswer>(
        HttpOperation<TAnswer> operation,
        Uri address,
        TRequest request,
        JsonTypeInfo<TRequest> type,
        string idempotencyKey,
        AmountUnit unit,
        CancellationToken cancellationToken
    )
        where TAnswer : class =>
        _exchange.SendAsync(
            operation,
            address,
            JsonSerializer.SerializeToUtf8Bytes(request, type),
            idempotencyKey,
            unit,
            cancellationToken
        );
}
