using System.Text;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>A request as it goes onto the wire: nothing in it needs to make sense.</summary>
internal sealed record FuzzRequest(string Method, string Path)
{
    /// <summary>What follows the question mark, escaped already; null for no question mark.</summary>
    public string? Query { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public string? ContentType { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>How it came to be, for the message of a failure.</summary>
    public string Story { get; init; } = "valid";

    public HttpRequestMessage ToMessage(Uri server)
    {
        var target = $"{server.GetLeftPart(UriPartial.Authority)}{Path}{(Query is null ? "" : $"?{Query}")}";
        var uri = new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(new HttpMethod(Method), uri);
        foreach (var (name, value) in Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (Body is not null)
        {
            message.Content = new ByteArrayContent(Body);
            if (ContentType is not null)
            {
                message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }
        }

        return message;
    }

    public override string ToString() =>
        $"[{Story}] {Method} {Path}{(Query is null ? "" : $"?{Query}")} "
        + $"{string.Join(" ", Headers.Select(header => $"{header.Name}: {header.Value[..Math.Min(header.Value.Length, 300)]};"))} "
        + $"{ContentType} {(Body is null ? "" : Encoding.UTF8.GetString(Body))}";
}
