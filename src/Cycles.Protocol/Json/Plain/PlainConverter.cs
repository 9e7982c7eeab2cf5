using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cycles;

/// <summary>
/// By hand what is plain, by the serializer what is not. The hand knows the members that nearly every message has and
/// refuses nothing; whatever else it meets, the serializer reads from the start, with all its rules and words.
/// </summary>
/// <param name="serializer">How the serializer does it.</param>
/// <param name="read">Null where the message is not plain; the reader is anywhere then.</param>
/// <param name="write">False where the value is not plain; nothing is written then.</param>
internal sealed class PlainConverter<T>(
    JsonTypeInfo<T> serializer,
    PlainConverter<T>.Reader read,
    PlainConverter<T>.Writer? write = null
) : JsonConverter<T>
    where T : class
{
    public delegate T? Reader(ref Utf8JsonReader reader);

    public delegate bool Writer(Utf8JsonWriter writer, T value);

    /// <summary>The serializer decides about null, too.</summary>
    public override bool HandleNull => true;

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var plain = reader;
        if (TryRead(ref plain) is { } value)
        {
            reader = plain;
            return value;
        }

        return JsonSerializer.Deserialize(ref reader, serializer);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (write is null || !write(writer, value))
        {
            JsonSerializer.Serialize(writer, value, serializer);
        }
    }

    private T? TryRead(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.TokenType == JsonTokenType.StartObject ? read(ref reader) : null;
        }
        catch (InvalidOperationException)
        {
            // A string that is no text.
            return null;
        }
    }
}
