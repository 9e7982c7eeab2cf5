using System.Text.Json;

namespace Cycles;

/// <summary>The answer to a reserve that holds: without caps, reasons and evidence.</summary>
internal static class PlainCreateResponse
{
    private static readonly JsonEncodedText Decision = JsonEncodedText.Encode("decision");
    private static readonly JsonEncodedText ReservationId = JsonEncodedText.Encode("reservation_id");
    private static readonly JsonEncodedText Reserved = JsonEncodedText.Encode("reserved");
    private static readonly JsonEncodedText ExpiresAt = JsonEncodedText.Encode("expires_at_ms");
    private static readonly JsonEncodedText RemainingTtl = JsonEncodedText.Encode("remaining_ttl_ms");
    private static readonly JsonEncodedText ScopePath = JsonEncodedText.Encode("scope_path");
    private static readonly JsonEncodedText AffectedScopes = JsonEncodedText.Encode("affected_scopes");
    private static readonly JsonEncodedText Balances = JsonEncodedText.Encode("balances");

    public static ReservationCreateResponse? Read(ref Utf8JsonReader reader)
    {
        Decision? decision = null;
        string? id = null;
        Amount? reserved = null;
        long? expiresAt = null;
        long? remainingTtl = null;
        string? scopePath = null;
        IReadOnlyList<string>? scopes = null;
        IReadOnlyList<Balance>? balances = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain =
                PlainJson.Is(ref reader, "decision"u8) ? PlainJson.TryName(ref reader, ref decision)
                : PlainJson.Is(ref reader, "reservation_id"u8) ? PlainJson.TryText(ref reader, ref id)
                : PlainJson.Is(ref reader, "reserved"u8) ? PlainJson.TryAmount(ref reader, ref reserved)
                : PlainJson.Is(ref reader, "expires_at_ms"u8) ? PlainJson.TryNumber(ref reader, ref expiresAt)
                : PlainJson.Is(ref reader, "remaining_ttl_ms"u8) ? PlainJson.TryNumber(ref reader, ref remainingTtl)
                : PlainJson.Is(ref reader, "scope_path"u8) ? PlainJson.TryText(ref reader, ref scopePath)
                : PlainJson.Is(ref reader, "affected_scopes"u8) ? PlainJson.TryTexts(ref reader, ref scopes)
                : PlainJson.Is(ref reader, "balances"u8) && PlainJson.TryBalances(ref reader, ref balances);
            if (!isPlain)
            {
                return null;
            }
        }

        return decision is not { } decided || scopes is null
            ? null
            : new ReservationCreateResponse
            {
                Decision = decided,
                ReservationId = id,
                Reserved = reserved,
                ExpiresAtMs = expiresAt,
                RemainingTtlMs = remainingTtl,
                ScopePath = scopePath,
                AffectedScopes = scopes,
                Balances = balances,
            };
    }

    public static bool Write(Utf8JsonWriter writer, ReservationCreateResponse answer)
    {
        if (
            answer
            is not {
                ReservationId: { } id,
                Reserved: { } reserved,
                ExpiresAtMs: { } expiresAt,
                RemainingTtlMs: { } remainingTtl,
                ScopePath: { } scopePath,
                AffectedScopes: { } scopes,
                Balances: { } balances,
                Caps: null,
                ReasonCode: null,
                RetryAfterMs: null,
                CyclesEvidence: null
            }
        )
        {
            return false;
        }

        writer.WriteStartObject();
        writer.WritePropertyName(Decision);
        WireEnum<Decision>.Write(writer, answer.Decision);
        writer.WriteString(ReservationId, id);
        BalanceJson.Write(writer, Reserved, reserved);
        writer.WriteNumber(ExpiresAt, expiresAt);
        writer.WriteNumber(RemainingTtl, remainingTtl);
        writer.WriteString(ScopePath, scopePath);
        writer.WriteStartArray(AffectedScopes);
        foreach (var scope in scopes)
        {
            writer.WriteStringValue(scope);
        }

        writer.WriteEndArray();
        writer.WritePropertyName(Balances);
        SnapshotBalancesConverter.WriteRows(writer, balances);
        writer.WriteEndObject();
        return true;
    }
}
