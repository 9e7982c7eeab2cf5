using System.Text.Json;
using System.Text.Unicode;

namespace Cycles.Authority;

/// <summary>
/// Whether a body's strings are text. Free data is kept as it came and read later, so a byte or an escape that is no
/// character has to be found before it is kept.
/// </summary>
internal static class JsonText
{
    public static ValidationFinding? Check(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return new ValidationFinding("body", "must be UTF-8");
        }

        // Only an escape can spell half of a surrogate pair in valid UTF-8.
        return json.IndexOf("\\u"u8) >= 0 && HasHalfPair(json)
            ? new ValidationFinding("body", "must not escape half of a surrogate pair")
            : null;
    }

    private static bool HasHalfPair(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = WireJson.MostLevels });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        catch (JsonException)
        {
            // Not JSON at all: the deserializer says where.
        }

        return false;
    }
}
