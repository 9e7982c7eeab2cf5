using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>Reads and writes a <see cref="ReasonCode"/> as the string that it is.</summary>
public sealed class ReasonCodeConverter : JsonConverter<ReasonCode>
{
    /// <inheritdoc/>
    public override ReasonCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new ReasonCode(reader.GetString()!)
            : throw new JsonException("Expected a string.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ReasonCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
