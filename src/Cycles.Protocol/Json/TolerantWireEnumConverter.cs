using System.Text.Json;

namespace Cycles;

/// <summary>
/// Like <see cref="WireEnumConverter{T}"/>, but a name from a newer protocol reads as the zero member. For values
/// that inform and never decide.
/// </summary>
/// <typeparam name="T">One of the protocol's enumerations.</typeparam>
public sealed class TolerantWireEnumConverter<T> : WireEnumConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("Expected a string.");
        }

        return WireEnum<T>.TryRead(ref reader, out var value) ? value : default;
    }
}
