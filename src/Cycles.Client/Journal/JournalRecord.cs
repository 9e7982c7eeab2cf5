using System.Text.Json;

namespace Cycles;

/// <summary>
/// One known amount that is not settled yet, as all SDKs of the protocol keep it, so that each can settle what another
/// one left behind. Bodies are UTF-8 JSON, kept and sent byte for byte. There is never an API key in it.
/// </summary>
public sealed record JournalRecord
{
    /// <summary>
    /// What it is filed under, not empty: the hold's id; <c>failopen-</c> and the create's idempotency key where a
    /// reserve failed open; <c>event-</c> and its idempotency key for a plain event.
    /// </summary>
    public required string ReservationId { get; init; }

    /// <summary>The server that it is for, as the client was given it; only clients of this very text replay it.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>Which body is sent.</summary>
    public required JournalMode Mode { get; init; }

    /// <summary>The commit; null for a plain event.</summary>
    public ReadOnlyMemory<byte>? CommitBody { get; init; }

    /// <summary>The event that takes the commit's place once the hold has expired.</summary>
    public ReadOnlyMemory<byte>? EventFallbackBody { get; init; }

    /// <summary>When the amount became known, in Unix milliseconds by this side's clock; 0 when nobody noted it.</summary>
    public long RecordedAtMs { get; init; }

    /// <summary>The server asked for no attempt before this time, in Unix milliseconds by this side's clock.</summary>
    public long? NotBeforeMs { get; init; }

    /// <summary>
    /// Whether the other is a step of the same spend: mode and times change from one to the next, and no body does.
    /// </summary>
    /// <remarks>Another SDK may space a body otherwise, or leave out the one that it does not send.</remarks>
    internal bool IsSameSpend(JournalRecord other)
    {
        var commits = AreEqual(CommitBody, other.CommitBody);
        var events = AreEqual(EventFallbackBody, other.EventFallbackBody);
        return commits != false && events != false && (commits ?? events) is true;
    }

    /// <returns>Null where one of the two is missing.</returns>
    private static bool? AreEqual(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right)
    {
        if (left is not { } one || right is not { } other)
        {
            return null;
        }

        if (one.Span.SequenceEqual(other.Span))
        {
            return true;
        }

        try
        {
            using var oneJson = JsonDocument.Parse(one);
            using var otherJson = JsonDocument.Parse(other);
            return JsonElement.DeepEquals(oneJson.RootElement, otherJson.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Half of a surrogate pair, or a number beyond all bounds, can't be compared but byte by byte.
            return false;
        }
    }

    /// <summary>Writes it as a file holds it.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] ToUtf8Json() => JournalFormat.Write(this, reason: null, rejectedAtMs: null);

    /// <summary>Reads what <see cref="ToUtf8Json"/> or another SDK wrote.</summary>
    /// <param name="utf8Json">The whole file; the record keeps parts of it.</param>
    /// <returns>The record.</returns>
    /// <exception cref="FormatException">
    /// It is not a record of a known version; the message says why, and shows nothing of its content.
    /// </exception>
    public static JournalRecord Parse(ReadOnlyMemory<byte> utf8Json) => JournalFormat.Read(utf8Json);
}
