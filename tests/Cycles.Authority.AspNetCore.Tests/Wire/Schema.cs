using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Looks at a value and says what is wrong with it and where; null when nothing is.</summary>
internal delegate string? Schema(JsonElement value, string path);

/// <summary>The kinds of values that the protocol's schemas are made of.</summary>
internal static class Schemas
{
    public static Schema Anything => FreeData;

    public static Schema Bool =>
        (value, path) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"{path}: not a boolean";

    public static Schema Int(long least = long.MinValue, long most = long.MaxValue) =>
        (value, path) =>
            value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number) ? $"{path}: not an integer"
            : number < least || number > most
                ? string.Create(CultureInfo.InvariantCulture, $"{path}: {number} is not in {least}..{most}")
            : null;

    public static Schema Str(int least = 0, int most = int.MaxValue, string? pattern = null) =>
        (value, path) =>
        {
            if (value.ValueKind != JsonValueKind.String)
            {
                return $"{path}: not a string";
            }

            if (TextOf(value) is not { } text)
            {
                return $"{path}: not text";
            }

            return text.Length < least || text.Length > most ? $"{path}: {text.Length} characters"
                : pattern is not null && !Regex.IsMatch(text, pattern) ? $"{path}: does not match {pattern}"
                : null;
        };

    public static Schema OneOf(params string[] names) =>
        (value, path) =>
            value.ValueKind == JsonValueKind.String && names.Contains(TextOf(value), StringComparer.Ordinal)
                ? null
                : $"{path}: none of {string.Join(", ", names)}";

    public static Schema List(Schema item, int most = int.MaxValue) =>
        (value, path) =>
            value.ValueKind != JsonValueKind.Array ? $"{path}: not an array"
            : value.GetArrayLength() > most ? $"{path}: more than {most} items"
            : value.EnumerateArray().Select((element, i) => item(element, $"{path}[{i}]")).FirstOrDefault(IsProblem);

    public static Schema Map(Schema item, int most = int.MaxValue) =>
        (value, path) =>
            value.ValueKind != JsonValueKind.Object ? $"{path}: not an object"
            : value.EnumerateObject().Count() > most ? $"{path}: more than {most} members"
            : Twice(value, path)
                ?? value
                    .EnumerateObject()
                    .Select(member => item(member.Value, $"{path}.{member.Name}"))
                    .FirstOrDefault(IsProblem);

    /// <summary>An object with these members and no others; a required one is marked with an exclamation mark.</summary>
    public static Schema Obj(bool nullIsAbsent, params (string Name, Schema Schema)[] members)
    {
        var schemas = members.ToDictionary(member => member.Name.TrimEnd('!'), member => member.Schema);
        var required = members.Where(member => member.Name.EndsWith('!')).Select(member => member.Name.TrimEnd('!'));
        return (value, path) =>
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                return $"{path}: not an object";
            }

            if (Twice(value, path) is { } twice)
            {
                return twice;
            }

            foreach (var member in value.EnumerateObject())
            {
                var at = $"{path}.{member.Name}";
                if (!schemas.TryGetValue(member.Name, out var schema))
                {
                    return $"{at}: not a member";
                }

                var isAbsent =
                    nullIsAbsent && member.Value.ValueKind == JsonValueKind.Null && !required.Contains(member.Name);
                if (!isAbsent && schema(member.Value, at) is { } problem)
                {
                    return problem;
                }
            }

            return required
                .Where(name => !value.TryGetProperty(name, out _))
                .Select(name => $"{path}.{name}: missing")
                .FirstOrDefault();
        };
    }

    /// <summary>A schema and a rule that spans several members.</summary>
    public static Schema And(this Schema schema, Func<JsonElement, string?> rule) =>
        (value, path) => schema(value, path) ?? (rule(value) is { } problem ? $"{path}: {problem}" : null);

    private static string? FreeData(JsonElement value, string path) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => Map(FreeData)(value, path),
            JsonValueKind.Array => List(FreeData)(value, path),
            JsonValueKind.String => TextOf(value) is null ? $"{path}: not text" : null,
            _ => null,
        };

    private static string? Twice(JsonElement value, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var names = value.EnumerateObject().Select(member => member.Name);
            return names.FirstOrDefault(name => !seen.Add(name)) is { } twice ? $"{path}.{twice}: twice" : null;
        }
        catch (InvalidOperationException)
        {
            return $"{path}: a name that is not text";
        }
    }

    /// <summary>Null where it spells half of a surrogate pair.</summary>
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsProblem(string? problem) => problem is not null;
}
