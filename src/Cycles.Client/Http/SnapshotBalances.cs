using System.Collections;
using System.Text.Json;

namespace Cycles;

/// <summary>
/// The balances that came along with an answer, read when somebody looks. They are most of its bytes, and few look: on
/// the way of every reserve and commit they would cost more than the rest of the answer.
/// </summary>
/// <remarks>
/// They inform, and what is odd in them is left out (<see cref="SnapshotBalancesConverter"/>); so it may come to light
/// later, too. Thread-safe.
/// </remarks>
internal sealed class SnapshotBalances : IReadOnlyList<Balance>
{
    private static readonly SnapshotBalancesConverter Converter = new();

    private readonly byte[] _json;
    private IReadOnlyList<Balance>? _read;

    private SnapshotBalances(byte[] json) => _json = json;

    public int Count => Read().Count;

    public Balance this[int index] => Read()[index];

    /// <summary>Takes the balances out of an answer, which then is as if it came with an empty list of them.</summary>
    /// <param name="answer">What the server sent; shortened in place.</param>
    /// <returns>Null, and the answer is what it was, where it has none or they are not easily told apart.</returns>
    /// <exception cref="JsonException">What comes before them is not JSON.</exception>
    public static SnapshotBalances? TakeFrom(ref Span<byte> answer)
    {
        var start = StartIn(answer);
        if (start < 0)
        {
            return null;
        }

        // A quote that is not escaped begins or ends a string, so behind an even number of them the bracket is none of
        // a string's, and without another one before it, it is the list's.
        var end = start + answer[start..].IndexOf((byte)']');
        if (end < start)
        {
            return null;
        }

        var rows = answer[start..end];
        if (rows.ContainsAny((byte)'[', (byte)'\\') || int.IsOddInteger(rows.Count((byte)'"')))
        {
            return null;
        }

        var balances = new SnapshotBalances(answer[(start - 1)..(end + 1)].ToArray());
        answer[end..].CopyTo(answer[start..]);
        answer = answer[..^rows.Length];
        return balances;
    }

    public IEnumerator<Balance> GetEnumerator() => Read().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <returns>Where the list's first row begins; negative where there is no list.</returns>
    private static int StartIn(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("balances"u8))
            {
                reader.Skip();
            }
            else
            {
                return reader.Read() && reader.TokenType == JsonTokenType.StartArray ? (int)reader.BytesConsumed : -1;
            }
        }

        return -1;
    }

    private IReadOnlyList<Balance> Read()
    {
        if (_read is { } known)
        {
            return known;
        }

        var reader = new Utf8JsonReader(_json);
        try
        {
            reader.Read();
            _read = Converter.Read(ref reader, typeof(IReadOnlyList<Balance>), CyclesJsonContext.Default.Options) ?? [];
        }
        catch (JsonException)
        {
            _read = [];
        }

        return _read;
    }
}
