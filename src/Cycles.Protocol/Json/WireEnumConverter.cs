using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>Reads and writes an enumeration by its exact wire name: no other case, no ordinals, no zero member.</summary>
/// <remarks>Public so that an application's own <see cref="JsonSerializerContext"/> can hold the protocol's types.</remarks>
/// <typeparam name="T">One of the protocol's enumerations.</typeparam>
public class WireEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        WireEnum<T>.TryRead(ref reader, out var value)
            ? value
            : throw new JsonException($"Expected one of {WireEnum<T>.Expected}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        WireEnum<T>.Write(writer, value);
}
