using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Cycles.Authority;

/// <summary>
/// The trace that a request belongs to (protocol, CORRELATION AND TRACING): a valid <c>traceparent</c>, else a valid
/// <c>X-Cycles-Trace-Id</c>, else a fresh one. A malformed header counts as absent and is never a reason to refuse.
/// </summary>
internal static class TraceIds
{
    private const int TraceLength = 32;
    private const int SpanLength = 16;
    private const int ParentLength = 2 + 1 + TraceLength + 1 + SpanLength + 1 + 2;

    public static string Of(IHeaderDictionary headers) =>
        FromParent(headers[WireHeaders.TraceParent])
        ?? FromHeader(headers[WireHeaders.TraceId])
        ?? ActivityTraceId.CreateRandom().ToHexString();

    /// <summary>Version 00: <c>00-TRACE-SPAN-FLAGS</c>, lower-case hex, neither id all zero.</summary>
    private static string? FromParent(string? value)
    {
        if (value is not { Length: ParentLength } || !value.StartsWith("00-", StringComparison.Ordinal))
        {
            return null;
        }

        var trace = value.AsSpan(3, TraceLength);
        var span = value.AsSpan(3 + TraceLength + 1, SpanLength);
        var flags = value.AsSpan(ParentLength - 2);
        var hasDashes = value[3 + TraceLength] == '-' && value[ParentLength - 3] == '-';
        return hasDashes && IsId(trace) && IsId(span) && IsLowerHex(flags) ? trace.ToString() : null;
    }

    private static string? FromHeader(string? value) => value is { Length: TraceLength } && IsId(value) ? value : null;

    private static bool IsId(ReadOnlySpan<char> text) => IsLowerHex(text) && text.ContainsAnyExcept('0');

    private static bool IsLowerHex(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigitLower(character))
            {
                return false;
            }
        }

        return true;
    }
}
