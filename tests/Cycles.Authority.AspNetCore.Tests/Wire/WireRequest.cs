namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>A request as it arrived.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Target">Path and query, nothing decoded.</param>
/// <param name="Headers">Each header's values; names compare without case.</param>
/// <param name="Body">The bytes.</param>
public sealed record WireRequest(
    string Method,
    string Target,
    IReadOnlyDictionary<string, string[]> Headers,
    byte[] Body
)
{
    public string Path => Target.Split('?')[0];

    public IReadOnlyList<(string Name, string Value)> Query =>
        Target.Contains('?')
            ?
            [
                .. Target
                    .Split('?', 2)[1]
                    .Split('&')
                    .Select(pair => pair.Split('=', 2))
                    .Select(pair => (pair[0], Uri.UnescapeDataString(pair[1]))),
            ]
            : [];

    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? values.Single() : null;
}
