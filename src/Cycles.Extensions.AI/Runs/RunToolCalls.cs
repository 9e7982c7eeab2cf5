using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// Counts a run's tool calls and their denials, by tool and arguments; of the arguments only a hash is kept. Thread-safe.
/// </summary>
internal sealed class RunToolCalls
{
    private static readonly JsonSerializerOptions Json = new(AIJsonUtilities.DefaultOptions)
    {
        Converters = { new UnreadConverter() },
    };

    private readonly object _gate = new();
    private readonly Dictionary<string, (int Calls, int Denials)> _counts = new(StringComparer.Ordinal);

    /// <summary>Notes so many calls.</summary>
    /// <returns>How often there was one like it, these included.</returns>
    public int AddCall(string key, int calls) => Add(key, counts => (counts.Calls + calls, counts.Denials)).Calls;

    /// <summary>Notes that a call was denied.</summary>
    /// <returns>How often one like it was, this one included.</returns>
    public int AddDenial(string key) => Add(key, static counts => (counts.Calls, counts.Denials + 1)).Denials;

    /// <summary>Tells calls apart; the same whatever order a model gives the arguments in.</summary>
    public static string KeyOf(ToolCall call)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(call.Name);
            foreach (var (name, value) in call.Arguments.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            {
                writer.WriteStringValue(name);
                Write(writer, ToJson(value));
            }

            writer.WriteEndArray();
        }

        return Convert.ToHexString(SHA256.HashData(json.GetBuffer().AsSpan(0, (int)json.Length)));
    }

    private (int Calls, int Denials) Add(string key, Func<(int Calls, int Denials), (int Calls, int Denials)> add)
    {
        lock (_gate)
        {
            var counts = add(_counts.GetValueOrDefault(key));
            _counts[key] = counts;
            return counts;
        }
    }

    /// <summary>What can't be written as JSON counts by its type and text, or else is like nothing but itself.</summary>
    private static JsonElement ToJson(object? value)
    {
        if (value is JsonElement element)
        {
            return element;
        }

        try
        {
            return JsonSerializer.SerializeToElement(value, Json.GetTypeInfo(value?.GetType() ?? typeof(object)));
        }
        catch (Exception)
        {
            // Whatever it is, a member of the argument may have thrown it, and a refusal goes on without.
            return JsonSerializer.SerializeToElement(TextOf(value!), Json.GetTypeInfo(typeof(string)));
        }
    }

    private static string TextOf(object value)
    {
        var type = value.GetType();
        try
        {
            if (value.ToString() is { } text && (type.IsValueType || text != type.ToString()))
            {
                return $"{type}: {text}";
            }
        }
        catch (Exception)
        {
            // Its text is not to be had either.
        }

        return UnreadConverter.IdentityOf(value);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                writer.WriteNullValue();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
