namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Valid request bodies, full and small.</summary>
internal static class Bodies
{
    public const string Subject = """{"tenant":"acme","agent":"bot"}""";
    public const string Action = """{"kind":"llm.completion","name":"gpt-4o"}""";

    public static string Decide(string key = "d1", long amount = 500) =>
        $$"""{"idempotency_key":"{{key}}","subject":{{Subject}},"action":{{Action}},"estimate":{{Money(amount)}}}""";

    public static string Reserve(string key = "r1", long amount = 500, string more = "") =>
        $$"""{"idempotency_key":"{{key}}","subject":{{Subject}},"action":{{Action}},"estimate":{{Money(amount)}}{{more}}}""";

    public static string Commit(string key = "c1", long amount = 400) =>
        $$"""{"idempotency_key":"{{key}}","actual":{{Money(amount)}}}""";

    public static string Release(string key = "l1") => $$"""{"idempotency_key":"{{key}}"}""";

    public static string Extend(string key = "x1", long by = 30_000) =>
        $$"""{"idempotency_key":"{{key}}","extend_by_ms":{{by}}}""";

    public static string Event(string key = "e1", long amount = 300) =>
        $$"""{"idempotency_key":"{{key}}","subject":{{Subject}},"action":{{Action}},"actual":{{Money(amount)}}}""";

    public static string Money(long amount, string unit = "USD_MICROCENTS") =>
        $$"""{"unit":"{{unit}}","amount":{{amount}}}""";
}
