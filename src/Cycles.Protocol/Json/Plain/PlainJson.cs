using System.Text.Json;

namespace Cycles;

/// <summary>
/// Takes the values of plain JSON. Each answers false where the value is odd in any way, null and given twice included:
/// then the serializer reads the whole again, and decides.
/// </summary>
internal static class PlainJson
{
    /// <summary>Moves on to the value if the member at whose name the reader is is called so.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        reader.ValueTextEquals(name) && reader.Read();

    public static bool TryText(ref Utf8JsonReader reader, ref string? text)
    {
        if (text is not null || reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        text = reader.GetString();
        return true;
    }

    public static bool TryNumber(ref Utf8JsonReader reader, ref long? number)
    {
        if (number is not null || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var read))
        {
            return false;
        }

        number = read;
        return true;
    }

    public static bool TryName<T>(ref Utf8JsonReader reader, ref T? value)
        where T : struct, Enum
    {
        if (value is not null || !WireEnum<T>.TryRead(ref reader, out var read))
        {
            return false;
        }

        value = read;
        return true;
    }

    public static bool TryAmount(ref Utf8JsonReader reader, ref Amount? amount)
    {
        if (amount is not null || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        AmountUnit? unit = null;
        long? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain = Is(ref reader, "unit"u8)
                ? TryName(ref reader, ref unit)
                : Is(ref reader, "amount"u8) && TryNumber(ref reader, ref value);
            if (!isPlain)
            {
                return false;
            }
        }

        amount = unit is { } u && value is { } v ? new Amount(u, v) : null;
        return amount is not null;
    }

    public static bool TryTexts(ref Utf8JsonReader reader, ref IReadOnlyList<string>? texts)
    {
        if (texts is not null || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var read = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            read.Add(reader.GetString()!);
        }

        texts = read;
        return reader.TokenType == JsonTokenType.EndArray;
    }

    public static bool TryBalances(ref Utf8JsonReader reader, ref IReadOnlyList<Balance>? balances)
    {
        if (balances is not null || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        balances = SnapshotBalancesConverter.ReadRows(ref reader);
        return true;
    }
}
