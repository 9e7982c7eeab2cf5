using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Benchmarks;

/// <summary>The two requests of a lifecycle as the client sends them, with keys of the same length as its own.</summary>
internal static class HttpRequestBytes
{
    private const int NumberLength = 8;
    private const long Ttl = 60_000;

    /// <param name="number">Fresh for each lifecycle of a worker.</param>
    /// <param name="worker">Who sends it.</param>
    public static string Key(int number, int worker = 0) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:d8}-{worker:d4}-7000-8000-000000000000");

    /// <summary>Where a key of these bytes begins with its number, to count up in place.</summary>
    public static Memory<byte> NumberIn(byte[] body)
    {
        var name = "\"idempotency_key\":\""u8;
        return body.AsMemory(body.AsSpan().IndexOf(name) + name.Length, NumberLength);
    }

    public static ReservationCreateRequest NewCreate(string key) =>
        new()
        {
            IdempotencyKey = key,
            Subject = Ledgers.Bot,
            Action = Ledgers.Action,
            Estimate = Ledgers.Estimate,
            TtlMs = Ttl,
        };

    public static CommitRequest NewCommit(string key) => new() { IdempotencyKey = key, Actual = Ledgers.Actual };

    public static byte[] Create(string key) => Of(NewCreate(key), CyclesJsonContext.Default.ReservationCreateRequest);

    public static byte[] Commit(string key) => Of(NewCommit(key), CyclesJsonContext.Default.CommitRequest);

    public static byte[] Of<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
