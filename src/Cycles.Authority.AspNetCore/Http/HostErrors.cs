using System.Text.Json;

namespace Cycles.Authority;

/// <summary>The words of refusals that come from HTTP rather than from the ledger.</summary>
internal static class HostErrors
{
    public const string InternalCode = "INTERNAL_ERROR";

    public static CyclesError Invalid(ValidationFinding finding) => Invalid(400, finding);

    public static CyclesError Invalid(int status, ValidationFinding finding) =>
        CyclesError.Of(
            status,
            ErrorCode.InvalidRequest,
            finding.ToString(),
            new Dictionary<string, JsonElement>
            {
                ["field"] = JsonSerializer.SerializeToElement(finding.Field, AdminJsonContext.Default.String),
            }
        );

    public static CyclesError Invalid(int status, string message) =>
        CyclesError.Of(status, ErrorCode.InvalidRequest, message);

    public static CyclesError MissingKey(string header) =>
        CyclesError.Of(401, ErrorCode.Unauthorized, $"The request has no {header} header.");

    public static CyclesError UnknownKey(string header) =>
        CyclesError.Of(401, ErrorCode.Unauthorized, $"The key in {header} is unknown or revoked.");

    public static CyclesError KeyMismatch() =>
        Invalid(
            new ValidationFinding(
                "idempotency_key",
                $"must equal the {WireHeaders.IdempotencyKey} header where both are given"
            )
        );

    public static CyclesError UnknownPath(string path) =>
        CyclesError.Of(404, ErrorCode.NotFound, $"There is nothing at {Excerpt.Of(path)}.");

    public static CyclesError ReservationNotFound(string id) =>
        CyclesError.Of(404, ErrorCode.NotFound, $"Reservation not found: '{Excerpt.Of(id)}'.");

    public static CyclesError ApiKeyNotFound(string id, string tenant) =>
        CyclesError.Of(404, ErrorCode.NotFound, $"Tenant '{tenant}' has no API key '{Excerpt.Of(id)}'.");

    public static CyclesError NoEvidence() =>
        CyclesError.Of(404, ErrorCode.NotFound, "This authority emits no evidence and publishes no keys.");

    public static CyclesError WrongMethod(string method, string allowed) =>
        Invalid(405, $"{Excerpt.Of(method)} is not possible here, only {allowed}.");

    public static CyclesError Internal() =>
        CyclesError.Of(
            500,
            ErrorCode.InternalError,
            "The authority failed. Its log has the reason under this request id."
        );
}
