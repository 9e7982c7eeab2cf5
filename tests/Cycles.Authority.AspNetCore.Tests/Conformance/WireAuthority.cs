using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>
/// The seam over a bare client, which holds each exchange against the transcribed schemas: what succeeds was asked and
/// answered in the protocol's shape.
/// </summary>
internal sealed class WireAuthority(TestHost host, string tenant, string key) : ICyclesAuthority
{
    private static readonly CyclesJsonContext Wire = CyclesJsonContext.Default;

    public string Tenant => tenant;

    public TimeSpan AttemptTimeout => TimeSpan.FromSeconds(5);

    public ICyclesAuthority ForTenant(string tenant) => throw new NotSupportedException();

    public ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        DecisionRequest request,
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            "/v1/decide",
            request,
            (Wire.DecisionRequest, WireSchemas.DecisionRequest, request.Validate),
            (Wire.DecisionResponse, WireSchemas.DecisionResponse),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            "/v1/reservations",
            request,
            (Wire.ReservationCreateRequest, WireSchemas.ReservationCreateRequest, request.Validate),
            (Wire.ReservationCreateResponse, WireSchemas.ReservationCreateResponse),
            cancellationToken
        );

    public ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            $"{PathOf(reservationId)}/commit",
            request,
            (Wire.CommitRequest, WireSchemas.CommitRequest, request.Validate),
            (Wire.CommitResponse, WireSchemas.CommitResponse),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            $"{PathOf(reservationId)}/release",
            request,
            (Wire.ReleaseRequest, WireSchemas.ReleaseRequest, request.Validate),
            (Wire.ReleaseResponse, WireSchemas.ReleaseResponse),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            $"{PathOf(reservationId)}/extend",
            request,
            (Wire.ReservationExtendRequest, WireSchemas.ReservationExtendRequest, request.Validate),
            (Wire.ReservationExtendResponse, WireSchemas.ReservationExtendResponse),
            cancellationToken
        );

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            "/v1/events",
            request,
            (Wire.EventCreateRequest, WireSchemas.EventCreateRequest, request.Validate),
            (Wire.EventCreateResponse, WireSchemas.EventCreateResponse),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            HttpMethod.Get,
            PathOf(reservationId),
            null,
            (Wire.ReservationDetail, WireSchemas.ReservationDetail),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    )
    {
        string?[] includes =
        [
            query.Include.HasFlag(ReservationIncludes.Metadata) ? "metadata" : null,
            query.Include.HasFlag(ReservationIncludes.CommittedMetadata) ? "committed_metadata" : null,
        ];
        var text = QueryOf([
            .. LevelsOf(query.Subject),
            ("status", query.Status is { } status ? Upper($"{status}") : null),
            ("idempotency_key", query.IdempotencyKey),
            ("from", Iso(query.From)),
            ("to", Iso(query.To)),
            ("expires_from", Iso(query.ExpiresFrom)),
            ("expires_to", Iso(query.ExpiresTo)),
            ("finalized_from", Iso(query.FinalizedFrom)),
            ("finalized_to", Iso(query.FinalizedTo)),
            ("sort_by", query.SortBy is { } sort ? NameOf(sort) : null),
            (
                "sort_dir",
                query.SortDirection is { } way
                    ? (
                        way == SortDirection.Ascending ? "asc"
                        : way == SortDirection.Descending ? "desc"
                        : "?"
                    )
                    : null
            ),
            ("include", string.Join(',', includes.OfType<string>())),
            ("limit", query.Limit?.ToString(CultureInfo.InvariantCulture)),
            ("cursor", query.Cursor),
        ]);
        return SendAsync(
            HttpMethod.Get,
            $"/v1/reservations{text}",
            null,
            (Wire.ReservationListResponse, WireSchemas.ReservationListResponse),
            cancellationToken
        );
    }

    public ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    )
    {
        var text = QueryOf([
            .. LevelsOf(query.Subject),
            ("include_children", query.IncludeChildren ? "true" : null),
            ("limit", query.Limit?.ToString(CultureInfo.InvariantCulture)),
            ("cursor", query.Cursor),
        ]);
        return SendAsync(
            HttpMethod.Get,
            $"/v1/balances{text}",
            null,
            (Wire.BalanceResponse, WireSchemas.BalanceResponse),
            cancellationToken
        );
    }

    private async ValueTask<CyclesResponse<TResponse>> PostAsync<TRequest, TResponse>(
        string path,
        TRequest request,
        (JsonTypeInfo<TRequest> Type, Schema Schema, Func<ValidationFinding?> Validate) asked,
        (JsonTypeInfo<TResponse> Type, Schema Schema) answered,
        CancellationToken cancellationToken
    )
        where TResponse : class
    {
        string body;
        try
        {
            body = JsonSerializer.Serialize(request, asked.Type);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException && asked.Validate() is not null)
        {
            // What has no form on the wire cannot be sent; a client refuses it as the server would.
            return new(HostErrors.Invalid(asked.Validate()!));
        }

        var response = await SendAsync(HttpMethod.Post, path, body, answered, cancellationToken);
        if (response.IsSuccess)
        {
            Assert.That(asked.Schema(JsonElement.Parse(body), "$"), Is.Null, body);
        }

        return response;
    }

    private async ValueTask<CyclesResponse<T>> SendAsync<T>(
        HttpMethod method,
        string path,
        string? body,
        (JsonTypeInfo<T> Type, Schema Schema) answered,
        CancellationToken cancellationToken
    )
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var content = body is null ? null : TestHost.JsonBody(body);
        var reply = await host.SendAsync(method, path, content, ("X-Cycles-API-Key", key));
        var metadata = new CyclesResponseMetadata { Tenant = reply.Header("X-Cycles-Tenant") };
        if (reply.IsSuccess)
        {
            Assert.That(answered.Schema(reply.Body, "$"), Is.Null, reply.Text);
            return new(reply.Status, JsonSerializer.Deserialize(reply.Text, answered.Type)!, metadata);
        }

        var error = JsonSerializer.Deserialize(reply.Text, Wire.ErrorResponse)!;
        return new(
            new CyclesError
            {
                Status = reply.Status,
                RawCode = error.Error,
                Message = error.Message,
                Details = error.Details,
            },
            metadata
        );
    }

    private static string PathOf(string id) => $"/v1/reservations/{Uri.EscapeDataString(id)}";

    private static IEnumerable<(string, string?)> LevelsOf(Subject? subject)
    {
        for (var level = SubjectLevel.Tenant; subject is not null && level <= SubjectLevel.Toolset; level++)
        {
            yield return ($"{level}".ToLowerInvariant(), subject[level]);
        }
    }

    private static string QueryOf(IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(each =>
            each.Value is not null && (each.Value.Length > 0 || each.Name != "include")
        );
        return $"?{string.Join('&', given.Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"))}";
    }

    private static string? Iso(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);

    private static string Upper(string name) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);

    private static string NameOf(ReservationSortKey key) =>
        key switch
        {
            ReservationSortKey.CreatedAt => "created_at_ms",
            ReservationSortKey.ExpiresAt => "expires_at_ms",
            _ => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{key}"),
        };
}
