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

        var balances = new List<Balance>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (TryRead(reader) is { } balance && balance.Validate() is null)
            {
                balances.Add(balance);
            }

            reader.Skip();
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

        writer.WriteStartArray();
        foreach (var balance in value)
        {
            JsonSerializer.Serialize(writer, balance, CyclesJsonContext.Default.Balance);
        }

        writer.WriteEndArray();
    }

    /// <summary>Works on a copy of the reader, which stays where it is.</summary>
    private static Balance? TryRead(Utf8JsonReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, CyclesJsonContext.Default.Balance);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
