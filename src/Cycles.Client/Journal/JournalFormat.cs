using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Cycles;

/// <summary>The records as files hold them: the same members in the same order as in every SDK.</summary>
internal static class JournalFormat
{
    private const int Version = 1;

    private static readonly JsonWriterOptions Relaxed = new()
    {
        // As the other SDKs write names and messages; nothing of this ends up in a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="record">What to write.</param>
    /// <param name="reason">Why it was refused; null where that isn't known, or it wasn't.</param>
    /// <param name="rejectedAtMs">When it was refused; null where it was not. Readers pass over what they don't know.</param>
    public static byte[] Write(JournalRecord record, CyclesError? reason, long? rejectedAtMs)
    {
        var size = (record.CommitBody?.Length ?? 0) + (record.EventFallbackBody?.Length ?? 0) + 512;
        var buffer = new ArrayBufferWriter<byte>(size);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, Version);
            json.WriteString("reservation_id"u8, record.ReservationId);
            json.WriteString("base_url"u8, record.BaseUrl);
            json.WriteString("mode"u8, record.Mode == JournalMode.Commit ? "commit"u8 : "event"u8);
            WriteBody(json, "commit_body"u8, record.CommitBody);
            WriteBody(json, "event_fallback_body"u8, record.EventFallbackBody);
            json.WriteNumber("recorded_at_ms"u8, record.RecordedAtMs);
            if (record.NotBeforeMs is { } notBefore)
            {
                json.WriteNumber("not_before_ms"u8, notBefore);
            }
            else
            {
                json.WriteNull("not_before_ms"u8);
            }

            if (rejectedAtMs is { } rejectedAt)
            {
                json.WriteNumber("rejected_at_ms"u8, rejectedAt);
                WriteReason(json, reason);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static JournalRecord Read(ReadOnlyMemory<byte> file)
    {
        // The parser looks into texts only when they are asked for, and what is in a body is asked for much later.
        Require(Utf8.IsValid(file.Span), "it is not UTF-8");
        try
        {
            using var document = JsonDocument.Parse(file);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            // The exception's own message may quote the content.
            throw new FormatException($"it is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("it has half of a surrogate pair where a text belongs", e);
        }
    }

    private static JournalRecord Read(JsonElement root)
    {
        Require(root.ValueKind == JsonValueKind.Object, "it is not an object");
        Require(
            root.TryGetProperty("version", out var version)
                && version.ValueKind == JsonValueKind.Number
                && version.TryGetInt32(out var number)
                && number == Version,
            "it is of another version"
        );
        var id = Text(root, "reservation_id");
        Require(!string.IsNullOrEmpty(id), "it has no reservation_id");

        // A missing mode is a commit; a mode that is null is as wrong as any other.
        var mode = root.TryGetProperty("mode", out _)
            ? Text(root, "mode") switch
            {
                "commit" => JournalMode.Commit,
                "event" => JournalMode.Event,
                _ => throw new FormatException("its mode is unknown"),
            }
            : JournalMode.Commit;
        var commit = Body(root, "commit_body");
        var fallback = Body(root, "event_fallback_body");
        Require(
            (mode == JournalMode.Commit ? commit : fallback) is not null,
            $"it has no {(mode == JournalMode.Commit ? "commit_body" : "event_fallback_body")}"
        );
        return new JournalRecord
        {
            ReservationId = id!,
            BaseUrl = Text(root, "base_url") ?? "",
            Mode = mode,
            CommitBody = commit,
            EventFallbackBody = fallback,
            RecordedAtMs = Time(root, "recorded_at_ms", mayBeNull: false) ?? 0,
            NotBeforeMs = Time(root, "not_before_ms", mayBeNull: true),
        };
    }

    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value))
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.String, $"its {name} is not a text");
        return value.GetString();
    }

    private static ReadOnlyMemory<byte>? Body(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.Object, $"its {name} is not an object");
        return JsonMarshal.GetRawUtf8Value(value).ToArray();
    }

    private static long? Time(JsonElement root, string name, bool mayBeNull)
    {
        if (!root.TryGetProperty(name, out var value) || (mayBeNull && value.ValueKind == JsonValueKind.Null))
        {
            return null;
        }

        Require(
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var time) && time >= 0,
            $"its {name} is not a time"
        );
        return value.GetInt64();
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new FormatException(problem);
        }
    }

    private static void WriteBody(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlyMemory<byte>? body)
    {
        json.WritePropertyName(name);
        if (body is { } bytes)
        {
            json.WriteRawValue(bytes.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void WriteReason(Utf8JsonWriter json, CyclesError? reason)
    {
        json.WriteStartObject("reason"u8);
        if (reason is not null)
        {
            json.WriteNumber("status"u8, reason.Status);
            json.WriteString("error"u8, reason.RawCode);
            json.WriteString("message"u8, reason.Message);
            json.WriteString("request_id"u8, reason.RequestId);
            json.WriteString("trace_id"u8, reason.TraceId);
        }

        json.WriteEndObject();
    }
}
