using System.Text;

namespace Cycles.Client.Tests;

/// <summary>Records as this SDK and others leave them behind.</summary>
internal static class JournalRecords
{
    public const string Server = "http://localhost:7878";

    public static JournalIdentity Acme { get; } = JournalIdentity.OfTenant(Server, "acme");

    /// <summary>Loosely written, as another SDK may have it.</summary>
    public const string CommitBody =
        """{"metadata":{ "note" : "grüße" }, "actual": {"amount":7,"unit":"TOKENS"},"idempotency_key":"k-1"}""";

    public const string EventBody =
        """{"idempotency_key":"k-1","subject":{"tenant":"acme"},"action":{"kind":"llm.completion","name":"gpt-4o"},"actual":{"unit":"TOKENS","amount":7},"metadata":{"note":"grüße","recovered_reservation_id":"rsv_1","recovery_reason":"commit_after_reservation_expired"}}""";

    public static string Json(
        string id = "rsv_1",
        string mode = "commit",
        string server = Server,
        string notBefore = "null",
        string commit = CommitBody,
        string fallback = EventBody
    ) =>
        $$"""{"version":1,"reservation_id":"{{id}}","base_url":"{{server}}","mode":"{{mode}}","commit_body":{{commit}},"event_fallback_body":{{fallback}},"recorded_at_ms":1775995200000,"not_before_ms":{{notBefore}}}""";

    public static JournalRecord Of(string id) => JournalRecord.Parse(Encoding.UTF8.GetBytes(Json(id)));

    public static string Text(ReadOnlyMemory<byte>? body) => Encoding.UTF8.GetString(body!.Value.Span);
}
