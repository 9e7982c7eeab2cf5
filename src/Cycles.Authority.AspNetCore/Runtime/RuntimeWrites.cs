using System.Text.Json.Serialization.Metadata;

namespace Cycles.Authority;

/// <summary>
/// The operations with a body. The order of refusals: who asks (401), the body (400), the key in header and body (400),
/// and then the authority's own, which begin with the tenant (403).
/// </summary>
internal sealed class RuntimeWrites(AuthorityHost host)
{
    private static readonly CyclesJsonContext Requests = WireJson.HotRequests;
    private static readonly CyclesJsonContext Answers = WireJson.HotAnswers;

    public Task DecideAsync(Exchange exchange) =>
        RunAsync(
            exchange,
            Requests.DecisionRequest,
            static request => (request.IdempotencyKey, request.Validate),
            static (seam, _, request) => seam.DecideAsync(request),
            Answers.DecisionResponse
        );

    public Task CreateReservationAsync(Exchange exchange) =>
        RunAsync(
            exchange,
            Requests.ReservationCreateRequest,
            static request => (request.IdempotencyKey, request.Validate),
            static (seam, _, request) => seam.CreateReservationAsync(request),
            Answers.ReservationCreateResponse
        );

    public Task CommitReservationAsync(Exchange exchange) =>
        RunAsync(
            exchange,
            Requests.CommitRequest,
            static request => (request.IdempotencyKey, request.Validate),
            static (seam, id, request) => seam.CommitReservationAsync(id, request),
            Answers.CommitResponse
        );

    public Task ExtendReservationAsync(Exchange exchange) =>
        RunAsync(
            exchange,
            Requests.ReservationExtendRequest,
            static request => (request.IdempotencyKey, request.Validate),
            static (seam, id, request) => seam.ExtendReservationAsync(id, request),
            Answers.ReservationExtendResponse
        );

    public Task CreateEventAsync(Exchange exchange) =>
        RunAsync(
            exchange,
            Requests.EventCreateRequest,
            static request => (request.IdempotencyKey, request.Validate),
            static (seam, _, request) => seam.CreateEventAsync(request),
            Answers.EventCreateResponse
        );

    public Task ReleaseReservationAsync(Exchange exchange) =>
        AuthorityHost.IsOperator(exchange)
            ? ReleaseForOperatorAsync(exchange)
            : RunAsync(
                exchange,
                Requests.ReleaseRequest,
                static request => (request.IdempotencyKey, request.Validate),
                static (seam, id, request) => seam.ReleaseReservationAsync(id, request),
                Answers.ReleaseResponse
            );

    private async Task RunAsync<TRequest, TResponse>(
        Exchange exchange,
        JsonTypeInfo<TRequest> requestType,
        Func<TRequest, (string Key, Func<ValidationFinding?> Validate)> read,
        Func<ICyclesAuthority, string, TRequest, ValueTask<CyclesResponse<TResponse>>> operation,
        JsonTypeInfo<TResponse> responseType
    )
        where TRequest : class
        where TResponse : class
    {
        if (!host.TryAuthenticate(exchange, out var seam, out var stranger))
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        var request = await RequestBody.ReadAsync(host, exchange, requestType).ConfigureAwait(false);
        if (request is null)
        {
            return;
        }

        if (CheckKey(exchange, request, read) is { } mismatch)
        {
            await exchange.RefuseAsync(mismatch).ConfigureAwait(false);
            return;
        }

        var response = await operation(seam, exchange.Route("reservation_id"), request).ConfigureAwait(false);
        await exchange.AnswerAsync(response, responseType).ConfigureAwait(false);
    }

    /// <summary>An operator releases whosever reservation it is (protocol, releaseReservation); the audit log says so.</summary>
    private async Task ReleaseForOperatorAsync(Exchange exchange)
    {
        if (host.AuthenticateOperator(exchange) is { } stranger)
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        var request = await RequestBody.ReadAsync(host, exchange, Requests.ReleaseRequest).ConfigureAwait(false);
        if (request is null)
        {
            return;
        }

        if (CheckKey(exchange, request, static request => (request.IdempotencyKey, request.Validate)) is { } mismatch)
        {
            await exchange.RefuseAsync(mismatch).ConfigureAwait(false);
            return;
        }

        var id = exchange.Route("reservation_id");
        if (host.Authority.TenantOf(id) is not { } tenant)
        {
            var missing = request.Validate() is { } finding
                ? HostErrors.Invalid(finding)
                : HostErrors.ReservationNotFound(id);
            await exchange.RefuseAsync(missing).ConfigureAwait(false);
            return;
        }

        exchange.ActFor(tenant);
        var response = await host
            .Authority.ForTenant(tenant)
            .ReleaseReservationAsync(id, request)
            .ConfigureAwait(false);
        AuditLog.Released(host.Logger, exchange, id, request.Reason, response.Status);
        await exchange.AnswerAsync(response, Answers.ReleaseResponse).ConfigureAwait(false);
    }

    /// <summary>The body goes first; where it is sound, a key in the header has to be the body's (protocol, IDEMPOTENCY).</summary>
    private static CyclesError? CheckKey<TRequest>(
        Exchange exchange,
        TRequest request,
        Func<TRequest, (string Key, Func<ValidationFinding?> Validate)> read
    )
    {
        var (own, validate) = read(request);
        if (own is null || KeyHeader.Matches(exchange, own))
        {
            return null;
        }

        return validate() is { } finding ? HostErrors.Invalid(finding) : HostErrors.KeyMismatch();
    }
}
