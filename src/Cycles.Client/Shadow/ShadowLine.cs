using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cycles;

/// <summary>One line of a <see cref="ShadowReport"/>, in the protocol's words.</summary>
internal static class ShadowLine
{
    public static string Of(ShadowedCall call)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("at", call.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WritePropertyName("subject");
            JsonSerializer.Serialize(json, call.Subject, CyclesJsonContext.Default.Subject);
            json.WritePropertyName("action");
            JsonSerializer.Serialize(json, call.Action, CyclesJsonContext.Default.CyclesAction);
            json.WriteString("reason_code", call.Denial.ReasonCode.Value);
            if (call.Denial.Scope is { } scope)
            {
                json.WriteString("scope", scope);
            }

            json.WritePropertyName("estimate");
            JsonSerializer.Serialize(json, call.Denial.Requested, CyclesJsonContext.Default.Amount);
            json.WritePropertyName("saved");
            JsonSerializer.Serialize(json, call.Saved, CyclesJsonContext.Default.Amount);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
