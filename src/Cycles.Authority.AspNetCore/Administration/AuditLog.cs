using Microsoft.Extensions.Logging;

namespace Cycles.Authority;

/// <summary>What an operator did, with the ids to find the request by.</summary>
internal static partial class AuditLog
{
    public static void Released(ILogger logger, Exchange exchange, string id, string? reason, int status) =>
        LogReleased(logger, id, exchange.Tenant, status, reason, exchange.RequestId, exchange.TraceId);

    public static void Administered(ILogger logger, Exchange exchange, string operation, int status) =>
        LogAdministered(logger, operation, exchange.Tenant, status, exchange.RequestId, exchange.TraceId);

    // The protocol asks for this actor type on a release (AUDIT of releaseReservation).
    [LoggerMessage(
        EventId = 2,
        Level = LogLevel.Information,
        Message = "Audit: actor_type=admin_on_behalf_of operation=releaseReservation reservation_id={ReservationId} "
            + "tenant={Tenant} status={Status} reason={Reason} request_id={RequestId} trace_id={TraceId}"
    )]
    private static partial void LogReleased(
        ILogger logger,
        string reservationId,
        string? tenant,
        int status,
        string? reason,
        string requestId,
        string traceId
    );

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Information,
        Message = "Audit: actor_type=admin operation={Operation} tenant={Tenant} status={Status} request_id={RequestId} "
            + "trace_id={TraceId}"
    )]
    private static partial void LogAdministered(
        ILogger logger,
        string operation,
        string? tenant,
        int status,
        string requestId,
        string traceId
    );
}
