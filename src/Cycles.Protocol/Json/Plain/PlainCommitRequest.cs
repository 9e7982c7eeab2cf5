using System.Text.Json;

namespace Cycles;

/// <summary>A commit of nothing but an amount.</summary>
internal static class PlainCommitRequest
{
    public static CommitRequest? Read(ref Utf8JsonReader reader)
    {
        string? key = null;
        Amount? actual = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain = PlainJson.Is(ref reader, "idempotency_key"u8)
                ? PlainJson.TryText(ref reader, ref key)
                : PlainJson.Is(ref reader, "actual"u8) && PlainJson.TryAmount(ref reader, ref actual);
            if (!isPlain)
            {
                return null;
            }
        }

        return key is null || actual is not { } amount
            ? null
            : new CommitRequest { IdempotencyKey = key, Actual = amount };
    }
}
