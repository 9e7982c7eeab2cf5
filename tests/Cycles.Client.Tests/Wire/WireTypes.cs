using System.Text.Json;

namespace Cycles.Client.Tests;

/// <summary>What a value on the wire may be: our own transcription of the kinds that the protocol's schemas use.</summary>
internal static class WireTypes
{
    public static Func<JsonElement, string?> Text(int least, int most) =>
        value =>
            value.ValueKind != JsonValueKind.String ? "is no string"
            : value.GetString()!.EnumerateRunes().Count() is var length && (length < least || length > most)
                ? $"has {length} characters, not {least} to {most}"
            : null;

    public static Func<JsonElement, string?> Whole(long least, long most = long.MaxValue) =>
        value =>
            value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number) ? "is no whole number"
            : number < least || number > most ? $"is {number}, not from {least} to {most}"
            : null;

    public static Func<JsonElement, string?> OneOf(params string[] names) =>
        value =>
            value.ValueKind == JsonValueKind.String && names.Contains(value.GetString())
                ? null
                : $"is {value.GetRawText()}, none of {string.Join(", ", names)}";

    public static string? Flag(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "is no boolean";

    public static string? Free(JsonElement value) => value.ValueKind == JsonValueKind.Object ? null : "is no object";

    public static Func<JsonElement, string?> Many(Func<JsonElement, string?> item, int most = int.MaxValue) =>
        value =>
            value.ValueKind != JsonValueKind.Array ? "is no array"
            : value.GetArrayLength() > most ? $"has more than {most} entries"
            : value.EnumerateArray().Select(item).FirstOrDefault(problem => problem is not null);

    public static Func<JsonElement, string?> Labels(int most, int longest) =>
        value =>
            value.ValueKind != JsonValueKind.Object ? "is no object"
            : value.EnumerateObject().Count() > most ? $"has more than {most} entries"
            : value.EnumerateObject().Select(pair => Text(0, longest)(pair.Value)).FirstOrDefault(p => p is not null);

    /// <summary>An object with these members and no other.</summary>
    public static Func<JsonElement, string?> Record(params WireField[] fields) =>
        value =>
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                return "is no object";
            }

            foreach (var field in fields)
            {
                if (!value.TryGetProperty(field.Name, out var member))
                {
                    if (field.Required)
                    {
                        return $"lacks {field.Name}";
                    }
                }
                else if (field.Check(member) is { } problem)
                {
                    return $"{field.Name} {problem}";
                }
            }

            var known = fields.Select(field => field.Name).ToHashSet();
            var other = value
                .EnumerateObject()
                .Select(member => member.Name)
                .FirstOrDefault(name => !known.Contains(name));
            return other is null ? null : $"has {other}, which the schema does not know";
        };
}
