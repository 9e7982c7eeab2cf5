using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cycles.Authority.Tests;

/// <summary>Metadata that cannot be read, like that of a document which was disposed.</summary>
internal sealed class ThrowingData : IReadOnlyDictionary<string, JsonElement>
{
    public int Count => 1;

    public IEnumerable<string> Keys => throw Broken;

    public IEnumerable<JsonElement> Values => throw Broken;

    public JsonElement this[string key] => throw Broken;

    private static IOException Broken => new("The document is gone.");

    public bool ContainsKey(string key) => throw Broken;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out JsonElement value) => throw Broken;

    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => throw Broken;

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
