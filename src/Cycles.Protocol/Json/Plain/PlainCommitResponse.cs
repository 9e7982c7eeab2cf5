using System.Text.Json;

namespace Cycles;

/// <summary>The answer to a commit, without evidence.</summary>
internal static class PlainCommitResponse
{
    private static readonly JsonEncodedText Status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText Charged = JsonEncodedText.Encode("charged");
    private static readonly JsonEncodedText Released = JsonEncodedText.Encode("released");
    private static readonly JsonEncodedText Balances = JsonEncodedText.Encode("balances");

    public static CommitResponse? Read(ref Utf8JsonReader reader)
    {
        ReservationStatus? status = null;
        Amount? charged = null;
        Amount? released = null;
        IReadOnlyList<Balance>? balances = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain =
                PlainJson.Is(ref reader, "status"u8) ? PlainJson.TryName(ref reader, ref status)
                : PlainJson.Is(ref reader, "charged"u8) ? PlainJson.TryAmount(ref reader, ref charged)
                : PlainJson.Is(ref reader, "released"u8) ? PlainJson.TryAmount(ref reader, ref released)
                : PlainJson.Is(ref reader, "balances"u8) && PlainJson.TryBalances(ref reader, ref balances);
            if (!isPlain)
            {
                return null;
            }
        }

        return status is not { } known || charged is not { } amount
            ? null
            : new CommitResponse
            {
                Status = known,
                Charged = amount,
                Released = released,
                Balances = balances,
            };
    }

    public static bool Write(Utf8JsonWriter writer, CommitResponse answer)
    {
        if (answer is not { Balances: { } balances, CyclesEvidence: null })
        {
            return false;
        }

        writer.WriteStartObject();
        writer.WritePropertyName(Status);
        WireEnum<ReservationStatus>.Write(writer, answer.Status);
        BalanceJson.Write(writer, Charged, answer.Charged);
        BalanceJson.Write(writer, Released, answer.Released);
        writer.WritePropertyName(Balances);
        SnapshotBalancesConverter.WriteRows(writer, balances);
        writer.WriteEndObject();
        return true;
    }
}
