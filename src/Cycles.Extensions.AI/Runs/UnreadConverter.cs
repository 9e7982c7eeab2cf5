using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Cycles.Extensions.AI;

/// <summary>
/// Writes what may be there to be read only once without reading it: that is the tool's to do. What is known to be a
/// collection is written as ever.
/// </summary>
internal sealed class UnreadConverter : JsonConverter<IEnumerable>
{
    /// <summary>A text that hardly anything else has.</summary>
    public static string IdentityOf(object value) =>
        $"{value.GetType()}: {RuntimeHelpers.GetHashCode(value).ToString(CultureInfo.InvariantCulture)}";

    public override bool CanConvert(Type typeToConvert) =>
        Is<IEnumerable>(typeToConvert)
        && typeToConvert != typeof(string)
        && !Is<ICollection>(typeToConvert)
        && !(typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(HashSet<>))
        && !Is<JsonNode>(typeToConvert)
        && !Is<IReadOnlyCollection<object?>>(typeToConvert)
        && !Is<IDictionary<string, object?>>(typeToConvert);

    public override IEnumerable Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, IEnumerable value, JsonSerializerOptions options)
    {
        var type = value.GetType();
        if (CanConvert(type))
        {
            writer.WriteStringValue(IdentityOf(value));
        }
        else
        {
            JsonSerializer.Serialize(writer, value, options.GetTypeInfo(type));
        }
    }

    private static bool Is<T>(Type type) => typeof(T).IsAssignableFrom(type);
}
