using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Protocol.Tests;

/// <summary>To the wire and back through the published context.</summary>
internal static class Wire
{
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Info<T>());

    public static T Read<T>(string json) => JsonSerializer.Deserialize(json, Info<T>())!;

    /// <summary>The value is written as exactly this text, and this text reads back to what writes it again.</summary>
    public static void Is<T>(T value, string json)
    {
        Assert.That(Write(value), NUnit.Framework.Is.EqualTo(json));
        Assert.That(Write(Read<T>(json)), NUnit.Framework.Is.EqualTo(json));
    }

    public static void Refuses<T>(string json) =>
        Assert.That(() => Read<T>(json), Throws.InstanceOf<JsonException>(), json);

    private static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)CyclesJsonContext.Default.GetTypeInfo(typeof(T))!;
}
