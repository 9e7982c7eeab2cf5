using System.Text;

namespace Cycles.Authority;

/// <summary>Whether the key in the header is the body's (protocol, IDEMPOTENCY: where both are given they must match).</summary>
internal static class KeyHeader
{
    public static bool Matches(Exchange exchange, string own) =>
        exchange.Header(WireHeaders.IdempotencyKey) is not { } header
        || string.Equals(header, own, StringComparison.Ordinal)
        || string.Equals(AsUtf8(header), own, StringComparison.Ordinal);

    /// <summary>
    /// A header has no encoding of its own: browsers and Node.js send Latin-1, others UTF-8. A host that reads Latin-1
    /// gets every byte, and these are the same bytes read as UTF-8.
    /// </summary>
    private static string? AsUtf8(string header) =>
        header.All(character => character <= '\u00ff')
            ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(header))
            : null;
}
