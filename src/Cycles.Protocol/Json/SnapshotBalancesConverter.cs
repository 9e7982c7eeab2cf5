using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>
/// Reads the balances that come along with an answer, and leaves out what is odd: they inform, and nothing in them may
/// turn a charge that was made into an answer that cannot be understood.
/// </summary>
/// <remarks>The answer to <c>getBalances</c> is read strictly: there a missing row would mislead.</remarks>
public sealed class SnapshotBalancesConverter : JsonConverter<IReadOnlyList<Balance>?>
{
    /// <inheritdoc/>
    public override IReadOnlyList<Balance>? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        return ReadRows(ref reader);
    }

    /// <param name="reader">At the start of the array; afterwards at its end.</param>
    internal static List<Balance> ReadRows(ref Utf8JsonReader reader)
    {
        var balances = new List<Balance>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = reader;
            if (TryRead(ref reader) is not { } balance)
            {
                reader = start;
                reader.Skip();
            }
            else if (balance.Validate() is null)
            {
                balances.Add(balance);
            }
        }

        return balances;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<Balance>? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        WriteRows(writer, value);
    }

    internal static void WriteRows(Utf8JsonWriter writer, IReadOnlyList<Balance> value)
    {
        writer.WriteStartArray();
        foreach (var balance in value)
        {
            BalanceJson.Write(writer, balance);
        }

        writer.WriteEndArray();
    }

    private static Balance? TryRead(ref Utf8JsonReader reader)
    {
        try
        {
            return BalanceJson.Read(ref reader);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
