using System.Globalization;
using System.Text.Json;

namespace Cycles;

/// <summary>Turns an authority's no into a <see cref="Denial"/>, with as many facts as it brought.</summary>
internal static class DenialReader
{
    public static Denial Read(
        ReservationCreateRequest request,
        ReservationCreateResponse answer,
        CyclesResponseMetadata metadata
    )
    {
        var reason = answer.ReasonCode ?? new ReasonCode("DENY");
        return new Denial
        {
            ReasonCode = reason,
            Message = $"The authority denies {request.Action.Kind} '{request.Action.Name}'.",
            Requested = request.Estimate,
            RetryAfter = RetryAfterMs.Of(answer.RetryAfterMs) ?? metadata.RetryAfter,
            AffectedScopes = answer.AffectedScopes,
            Metadata = metadata,
        };
    }

    public static Denial Read(ReservationCreateRequest request, CyclesError error, CyclesResponseMetadata metadata) =>
        new()
        {
            ReasonCode = new ReasonCode(error.RawCode!),
            Message = error.Message,
            Requested = request.Estimate,
            Scope = Text(error.Details, "scope"),
            Remaining = Remaining(error.Details, request.Estimate.Unit),
            RetryAfter = error.RetryAfter ?? metadata.RetryAfter,
            Error = error,
            Metadata = metadata,
        };

    /// <summary>A remainder in another unit than the request's would mislead, so it is left out.</summary>
    private static SignedAmount? Remaining(IReadOnlyDictionary<string, JsonElement>? details, AmountUnit unit) =>
        Number(details, "remaining") is { } remaining && NamesUnit(details, unit)
            ? new SignedAmount(unit, remaining)
            : null;

    private static bool NamesUnit(IReadOnlyDictionary<string, JsonElement>? details, AmountUnit unit) =>
        Text(details, "unit") is not { } name || string.Equals(name, Name(unit), StringComparison.Ordinal);

    private static string? Name(AmountUnit unit) =>
        JsonSerializer.SerializeToElement(unit, CyclesJsonContext.Default.AmountUnit).GetString();

    private static string? Text(IReadOnlyDictionary<string, JsonElement>? details, string name) =>
        Find(details, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The protocol leaves <c>details</c> free, so a number may also come as text.</summary>
    private static long? Number(IReadOnlyDictionary<string, JsonElement>? details, string name) =>
        Find(details, name) switch
        {
            { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out var number) => number,
            { ValueKind: JsonValueKind.String } value
                when long.TryParse(
                    value.GetString(),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var number
                ) => number,
            _ => null,
        };

    private static JsonElement? Find(IReadOnlyDictionary<string, JsonElement>? details, string name) =>
        details is not null && details.TryGetValue(name, out var value) ? value : null;
}
