using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Cycles;

/// <summary>
/// A balance as JSON, by hand. An answer has one for each scope, and nearly all of its numbers stand there; the
/// serializer would make each amount in boxes, and cost more than the rest of a request.
/// </summary>
internal static class BalanceJson
{
    private static readonly JsonEncodedText Scope = JsonEncodedText.Encode("scope");
    private static readonly JsonEncodedText ScopePath = JsonEncodedText.Encode("scope_path");
    private static readonly JsonEncodedText Remaining = JsonEncodedText.Encode("remaining");
    private static readonly JsonEncodedText Reserved = JsonEncodedText.Encode("reserved");
    private static readonly JsonEncodedText Spent = JsonEncodedText.Encode("spent");
    private static readonly JsonEncodedText Debt = JsonEncodedText.Encode("debt");
    private static readonly JsonEncodedText Allocated = JsonEncodedText.Encode("allocated");
    private static readonly JsonEncodedText OverdraftLimit = JsonEncodedText.Encode("overdraft_limit");
    private static readonly JsonEncodedText IsOverLimit = JsonEncodedText.Encode("is_over_limit");
    private static readonly JsonEncodedText Unit = JsonEncodedText.Encode("unit");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("amount");

    /// <summary>The digits of a 64-bit number and its sign.</summary>
    private const int LongestValue = 20;

    /// <summary>An amount up to its number.</summary>
    private static readonly FrozenDictionary<AmountUnit, byte[]> Starts = Enum.GetValues<AmountUnit>()
        .Where(WireEnum<AmountUnit>.IsDefined)
        .ToFrozenDictionary(
            unit => unit,
            unit =>
                Encoding.UTF8.GetBytes($"{{\"{Unit.Value}\":\"{WireEnum<AmountUnit>.NameOf(unit)}\",\"{Value.Value}\":")
        );

    public static void Write(Utf8JsonWriter writer, Balance balance)
    {
        writer.WriteStartObject();
        writer.WriteString(Scope, balance.Scope);
        writer.WriteString(ScopePath, balance.ScopePath);
        Write(writer, Remaining, balance.Remaining.Unit, balance.Remaining.Value);
        Write(writer, Reserved, balance.Reserved);
        Write(writer, Spent, balance.Spent);
        Write(writer, Debt, balance.Debt);
        Write(writer, Allocated, balance.Allocated);
        Write(writer, OverdraftLimit, balance.OverdraftLimit);
        if (balance.IsOverLimit is { } isOverLimit)
        {
            writer.WriteBoolean(IsOverLimit, isOverLimit);
        }

        writer.WriteEndObject();
    }

    /// <returns>The balance, and the reader is at its end; null where it is none, and the reader is anywhere.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">A string in it is not text.</exception>
    public static Balance? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        var fields = new Fields();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!fields.TryTake(ref reader))
            {
                return null;
            }
        }

        return fields.ToBalance();
    }

    /// <summary>Writes an amount as a member; none where it is null.</summary>
    public static void Write(Utf8JsonWriter writer, JsonEncodedText name, Amount? amount)
    {
        if (amount is { } given)
        {
            Write(writer, name, given.Unit, given.Value);
        }
    }

    /// <summary>In one piece: an answer has some twenty amounts, and token by token each costs three times as much.</summary>
    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, AmountUnit unit, long value)
    {
        var start = Starts.TryGetValue(unit, out var known)
            ? known
            : throw new JsonException($"{nameof(AmountUnit)} '{unit}' has no name on the wire.");
        Span<byte> amount = stackalloc byte[start.Length + LongestValue + 1];
        start.CopyTo(amount);
        Utf8Formatter.TryFormat(value, amount[start.Length..], out var length);
        amount[start.Length + length] = (byte)'}';
        writer.WritePropertyName(name);
        writer.WriteRawValue(amount[..(start.Length + length + 1)], skipInputValidation: true);
    }

    /// <summary>What of a balance was read so far; a field that is given twice makes it none.</summary>
    private struct Fields
    {
        private string? _scope;
        private string? _scopePath;
        private Amount? _remaining;
        private Amount? _reserved;
        private Amount? _spent;
        private Amount? _debt;
        private Amount? _allocated;
        private Amount? _overdraftLimit;
        private bool? _isOverLimit;

        /// <summary>Reads the field at whose name the reader is; skips one that is not known.</summary>
        /// <returns>Whether its value is what it has to be.</returns>
        public bool TryTake(ref Utf8JsonReader reader)
        {
            if (TryEnter(ref reader, Scope))
            {
                return _scope is null && TryText(ref reader, known: null, out _scope);
            }

            if (TryEnter(ref reader, ScopePath))
            {
                return _scopePath is null && TryText(ref reader, _scope, out _scopePath);
            }

            if (TryEnter(ref reader, Remaining))
            {
                return _remaining is null && TryAmount(ref reader, out _remaining) && _remaining is not null;
            }

            if (TryEnter(ref reader, Reserved))
            {
                return _reserved is null && TryAmount(ref reader, out _reserved);
            }

            if (TryEnter(ref reader, Spent))
            {
                return _spent is null && TryAmount(ref reader, out _spent);
            }

            if (TryEnter(ref reader, Debt))
            {
                return _debt is null && TryAmount(ref reader, out _debt);
            }

            if (TryEnter(ref reader, Allocated))
            {
                return _allocated is null && TryAmount(ref reader, out _allocated);
            }

            if (TryEnter(ref reader, OverdraftLimit))
            {
                return _overdraftLimit is null && TryAmount(ref reader, out _overdraftLimit);
            }

            if (TryEnter(ref reader, IsOverLimit))
            {
                return _isOverLimit is null && TryFlag(ref reader, out _isOverLimit);
            }

            reader.Skip();
            return true;
        }

        public readonly Balance? ToBalance() =>
            _scope is not null && _scopePath is not null && _remaining is { } remaining
                ? new Balance
                {
                    Scope = _scope,
                    ScopePath = _scopePath,
                    Remaining = new SignedAmount(remaining.Unit, remaining.Value),
                    Reserved = _reserved,
                    Spent = _spent,
                    Debt = _debt,
                    Allocated = _allocated,
                    OverdraftLimit = _overdraftLimit,
                    IsOverLimit = _isOverLimit,
                }
                : null;
    }

    /// <summary>Moves on to the value if the field is called so.</summary>
    private static bool TryEnter(ref Utf8JsonReader reader, JsonEncodedText name) =>
        reader.ValueTextEquals(name.EncodedUtf8Bytes) && reader.Read();

    /// <param name="reader">At the value.</param>
    /// <param name="known">What it probably is, to keep one string for both.</param>
    /// <param name="text">The value.</param>
    private static bool TryText(ref Utf8JsonReader reader, string? known, out string? text)
    {
        text = null;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        text = known is not null && reader.ValueTextEquals(known) ? known : reader.GetString();
        return true;
    }

    private static bool TryFlag(ref Utf8JsonReader reader, out bool? flag)
    {
        flag = reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => null,
        };
        return flag is not null || reader.TokenType == JsonTokenType.Null;
    }

    private static bool TryAmount(ref Utf8JsonReader reader, out Amount? amount)
    {
        amount = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return reader.TokenType == JsonTokenType.Null;
        }

        AmountUnit? unit = null;
        long? value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (TryEnter(ref reader, Unit))
            {
                if (unit is not null || !WireEnum<AmountUnit>.TryRead(ref reader, out var read))
                {
                    return false;
                }

                unit = read;
            }
            else if (TryEnter(ref reader, Value))
            {
                if (value is not null || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var read))
                {
                    return false;
                }

                value = read;
            }
            else
            {
                reader.Skip();
            }
        }

        amount = unit is { } u && value is { } v ? new Amount(u, v) : null;
        return amount is not null;
    }
}
