using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Authority;

/// <summary>The protocol's JSON as a server reads it: nothing unknown, nothing twice.</summary>
internal static class WireJson
{
    /// <summary>
    /// How deep a request may nest. An answer repeats free data a few levels deeper, and a reader stops at 64.
    /// </summary>
    public const int MostLevels = 32;

    public static CyclesJsonContext Requests { get; } = new(Strict(CyclesJsonContext.Default.Options));

    /// <summary>The same, as fast as it goes.</summary>
    public static CyclesJsonContext HotRequests { get; } = Requests.WithHotPath();

    public static CyclesJsonContext HotAnswers { get; } = CyclesJsonContext.Default.WithHotPath();

    public static AdminJsonContext AdminRequests { get; } = new(Strict(AdminJsonContext.Default.Options));

    /// <summary>Messages quote; as JSON and never as HTML they need no escapes for it.</summary>
    public static CyclesJsonContext Errors { get; } =
        new(
            new JsonSerializerOptions(CyclesJsonContext.Default.Options)
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );

    /// <summary>What can list a type's members, as the hot path's can't.</summary>
    public static JsonTypeInfo Described(JsonTypeInfo type) =>
        type.Kind == JsonTypeInfoKind.None ? Requests.GetTypeInfo(type.Type) ?? type : type;

    private static JsonSerializerOptions Strict(JsonSerializerOptions options) =>
        new(options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            MaxDepth = MostLevels,
        };
}
