using System.Text;

namespace Cycles.Client.Tests;

/// <summary>All that may go wrong on the way to a ledger and back.</summary>
internal static class LedgerFaults
{
    private const string Page = "<html><body>Not the ledger</body></html>";

    private static readonly IReadOnlyList<SpoiltAnswer> Answers =
    [
        Html("HTML instead of JSON", null),
        Json(
            "missing field",
            operation =>
                operation switch
                {
                    Operation.Create => """{"decision":"ALLOW","reservation_id":"rsv_1"}""",
                    Operation.Commit => """{"status":"COMMITTED"}""",
                    Operation.Release => """{"status":"RELEASED"}""",
                    Operation.Extend => """{"status":"ACTIVE"}""",
                    Operation.Decide => """{"affected_scopes":[]}""",
                    _ => """{"status":"APPLIED"}""",
                }
        ),
        Json(
            "null field",
            operation =>
                operation switch
                {
                    Operation.Create => """{"decision":"ALLOW","reservation_id":"rsv_1","affected_scopes":null}""",
                    Operation.Commit => """{"status":"COMMITTED","charged":null}""",
                    Operation.Release => """{"status":"RELEASED","released":null}""",
                    Operation.Extend => """{"status":"ACTIVE","expires_at_ms":null}""",
                    Operation.Decide => """{"decision":null}""",
                    _ => """{"status":"APPLIED","event_id":null}""",
                }
        ),
        Json(
            "field out of its bounds",
            operation =>
                operation switch
                {
                    Operation.Create =>
                        """{"decision":"ALLOW","reservation_id":"rsv_1","affected_scopes":[],"reserved":{"unit":"CREDITS","amount":10}}""",
                    Operation.Commit => """{"status":"COMMITTED","charged":{"unit":"CREDITS","amount":7}}""",
                    Operation.Release => """{"status":"RELEASED","released":{"unit":"TOKENS","amount":-10}}""",
                    Operation.Extend => """{"status":"ACTIVE","expires_at_ms":-1}""",
                    Operation.Decide => """{"decision":"PERHAPS"}""",
                    _ => """{"status":"APPLIED","event_id":"evt_1","charged":{"unit":"CREDITS","amount":7}}""",
                }
        ),
        new("204", 204, _ => []) { ContentType = null },
        new("302", 302, _ => []) { ContentType = null, Headers = [("Location", "/elsewhere")] },
        Throttled("without Retry-After", null, null),
        Throttled("Retry-After of a second", "1", 1),
        Throttled("Retry-After with blanks", " 1 ", 1),
        Throttled("negative Retry-After", "-1", null),
        Throttled("fractional Retry-After", "1.5", null),
        Throttled("Retry-After as a date", "Fri, 31 Dec 2100 23:59:59 GMT", null),
        Throttled("overflowing Retry-After", "99999999999999999999999", 315_360_000),
        Html("HTML 410", 410),
        Html("HTML 500", 500),
        Html("HTML 502", 502),
        Json("five megabytes", _ => "{\"status\":\"" + new string('x', 5 * 1024 * 1024) + "\"}"),
        new("wrong gzip", null, _ => [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8])
        {
            ContentType = "application/json",
            Headers = [("Content-Encoding", "gzip")],
        },
    ];

    public static IEnumerable<LedgerFault> All =>
        [
            new(LedgerFaultKind.Refused, Applied: false),
            new(LedgerFaultKind.ResetBefore, Applied: false),
            .. new[] { LedgerFaultKind.ResetAfter, LedgerFaultKind.Hang, LedgerFaultKind.Truncated }.SelectMany(kind =>
                new[] { false, true }.Select(applied => new LedgerFault(kind, applied))
            ),
            .. Answers.SelectMany(answer =>
                new[] { false, true }.Select(applied => new LedgerFault(LedgerFaultKind.Answered, applied, answer))
            ),
        ];

    private static SpoiltAnswer Html(string name, int? status) => new(name, status, _ => Encoding.UTF8.GetBytes(Page));

    private static SpoiltAnswer Json(string name, Func<Operation, string> body) =>
        new(name, null, operation => Encoding.UTF8.GetBytes(body(operation))) { ContentType = "application/json" };

    private static SpoiltAnswer Throttled(string name, string? retryAfter, long? seconds) =>
        Html($"429 {name}", 429) with
        {
            Headers = retryAfter is null ? [] : [("Retry-After", retryAfter)],
            Wait = seconds,
        };
}
