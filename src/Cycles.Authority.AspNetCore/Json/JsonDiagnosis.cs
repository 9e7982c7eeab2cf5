using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Authority;

/// <summary>
/// Says which field of a refused body is wrong and what was expected there. The serializer refuses; this only finds
/// words, so it may take its time.
/// </summary>
internal static class JsonDiagnosis
{
    public static ValidationFinding Explain(ReadOnlyMemory<byte> json, JsonTypeInfo type, JsonException refusal)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = WireJson.MostLevels });
            return Find(document.RootElement, type, "") ?? Fallback(refusal);
        }
        catch (JsonException malformed)
        {
            return new ValidationFinding(
                "body",
                $"must be one JSON object of at most {WireJson.MostLevels} levels but is not from line "
                    + $"{malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1} on"
            );
        }
    }

    private static ValidationFinding? Find(JsonElement value, JsonTypeInfo type, string path)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
        {
            return FindInValue(value, type.Type, path);
        }

        return value.ValueKind == JsonValueKind.Object
            ? FindInObject(value, type, path)
            : Expected(path, "an object", value);
    }

    private static ValidationFinding? FindInObject(JsonElement value, JsonTypeInfo type, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var field = Join(path, member.Name);
            var property = type.Properties.FirstOrDefault(property => property.Name == member.Name);
            if (property is null)
            {
                var known = string.Join(", ", type.Properties.Select(property => property.Name));
                return new ValidationFinding(field, $"is not known here; known are {known}");
            }

            if (!seen.Add(member.Name))
            {
                return new ValidationFinding(field, "is given twice");
            }

            if (member.Value.ValueKind == JsonValueKind.Null && property.IsSetNullable && !property.IsRequired)
            {
                continue;
            }

            if (Find(member.Value, type.Options.GetTypeInfo(property.PropertyType), field) is { } finding)
            {
                return finding;
            }
        }

        var missing = type.Properties.FirstOrDefault(property => property.IsRequired && !seen.Contains(property.Name));
        return missing is null ? null : new ValidationFinding(Join(path, missing.Name), "is required");
    }

    private static ValidationFinding? FindInValue(JsonElement value, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return value.ValueKind == JsonValueKind.String ? null : Expected(path, "a string", value);
        }

        if (type == typeof(bool))
        {
            return value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? null
                : Expected(path, "true or false", value);
        }

        if (type == typeof(long) || type == typeof(int))
        {
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _)
                ? null
                : Expected(path, "a whole number of 64 bits without fraction or exponent", value);
        }

        if (type.IsAssignableTo(typeof(IEnumerable)))
        {
            return FindInCollection(value, type, path);
        }

        return null;
    }

    private static ValidationFinding? FindInCollection(JsonElement value, Type type, string path)
    {
        if (type.IsAssignableTo(typeof(IEnumerable<string>)))
        {
            return value.ValueKind == JsonValueKind.Array
                ? FirstNotString(value.EnumerateArray().Select((item, i) => ($"{path}[{i}]", item)))
                : Expected(path, "an array of strings", value);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return Expected(path, "an object", value);
        }

        return type.IsAssignableTo(typeof(IEnumerable<KeyValuePair<string, string>>))
            ? FirstNotString(value.EnumerateObject().Select(member => (Join(path, member.Name), member.Value)))
            : null;
    }

    private static ValidationFinding? FirstNotString(IEnumerable<(string Path, JsonElement Value)> items)
    {
        foreach (var (path, item) in items)
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return Expected(path, "a string", item);
            }
        }

        return null;
    }

    /// <summary>Enumerations and free data: the serializer's own path, and what our converters say.</summary>
    private static ValidationFinding Fallback(JsonException refusal)
    {
        var path = refusal.Path is { Length: > 2 } full ? Excerpt.Of(full[2..]) : "body";
        var isEnumeration = refusal.Message.StartsWith("Expected one of ", StringComparison.Ordinal);
        return new ValidationFinding(
            path,
            isEnumeration
                ? $"must be one of {refusal.Message["Expected one of ".Length..].TrimEnd('.')}"
                : "is not valid"
        );
    }

    private static ValidationFinding Expected(string path, string expected, JsonElement value) =>
        new(path.Length == 0 ? "body" : path, $"must be {expected} but was {NameOf(value)}");

    private static string NameOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => Excerpt.Of(value.GetRawText()),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => "null",
        };

    private static string Join(string path, string name) =>
        path.Length == 0 ? Excerpt.Of(name) : $"{path}.{Excerpt.Of(name)}";
}
