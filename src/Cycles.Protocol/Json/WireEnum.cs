using System.Collections.Frozen;
using System.Text.Json;

namespace Cycles;

/// <summary>
/// The names of an enumeration on the wire: the member's name in upper snake case. The zero member, if there is one,
/// stands for "not set" or "not known" and has no name on the wire.
/// </summary>
internal static class WireEnum<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Names = Enum.GetValues<T>()
        .Where(value => !value.Equals(default(T)))
        .ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> Values = Names.ToFrozenDictionary(
        pair => pair.Value,
        pair => pair.Key,
        StringComparer.Ordinal
    );

    private static readonly (JsonEncodedText Name, T Value)[] Encoded = Names
        .Select(pair => (JsonEncodedText.Encode(pair.Value), pair.Key))
        .ToArray();

    public static string Expected { get; } = string.Join(", ", Names.Values.Order(StringComparer.Ordinal));

    public static bool IsDefined(T value) => Names.ContainsKey(value);

    public static string NameOf(T value) => Names.TryGetValue(value, out var name) ? name : $"({value})";

    public static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && Values.TryGetValue(name, out value);
    }

    /// <summary>Reads a name without making a string of it.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        value = default;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        foreach (var (name, known) in Encoded)
        {
            if (reader.ValueTextEquals(name.EncodedUtf8Bytes))
            {
                value = known;
                return true;
            }
        }

        return false;
    }

    /// <exception cref="JsonException">It has no name.</exception>
    public static void Write(Utf8JsonWriter writer, T value)
    {
        foreach (var (name, known) in Encoded)
        {
            if (EqualityComparer<T>.Default.Equals(known, value))
            {
                writer.WriteStringValue(name);
                return;
            }
        }

        throw new JsonException($"{typeof(T).Name} '{value}' has no name on the wire.");
    }
}
