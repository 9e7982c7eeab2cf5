using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles;

/// <summary>The bodies within a record, to and from what they say.</summary>
internal static class StoredBody
{
    /// <summary>For a record that names none.</summary>
    public static CyclesAction UnknownAction { get; } = new("unknown", "unknown");

    public static ReadOnlyMemory<byte>? Write<T>(T? request, JsonTypeInfo<T> type)
        where T : class =>
        request is null ? default(ReadOnlyMemory<byte>?) : JsonSerializer.SerializeToUtf8Bytes(request, type);

    /// <exception cref="JsonException">It is not of the protocol.</exception>
    public static T? Read<T>(ReadOnlyMemory<byte>? body, JsonTypeInfo<T> type)
        where T : class => body is { } bytes ? JsonSerializer.Deserialize(bytes.Span, type) : null;

    /// <summary>The hold that an event takes the place of; null for one that stands for itself.</summary>
    public static string? RecoveredReservation(EventCreateRequest request) =>
        request.Metadata is { } metadata
        && metadata.TryGetValue("recovered_reservation_id", out var id)
        && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;
}
