using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles;

internal sealed class ReasonCodeConverter : JsonConverter<ReasonCode>
{
    public override ReasonCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new ReasonCode(reader.GetString()!)
            : throw new JsonException("Expected a string.");

    public override void Write(Utf8JsonWriter writer, ReasonCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
