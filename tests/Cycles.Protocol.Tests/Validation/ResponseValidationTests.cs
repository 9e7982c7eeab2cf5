namespace Cycles.Protocol.Tests;

/// <summary>What an answer has to keep besides its JSON types, and what its balances may be.</summary>
public sealed class ResponseValidationTests
{
    private const string Row = """{"scope":"s","scope_path":"s","remaining":{"unit":"TOKENS","amount":-1}}""";

    [TestCase("""{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":0}}""", null)]
    [TestCase("""{"status":"RELEASED","charged":{"unit":"TOKENS","amount":0}}""", "status")]
    [TestCase("""{"status":"NEW","charged":{"unit":"TOKENS","amount":0}}""", "status")]
    [TestCase("""{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":-1}}""", "charged.amount")]
    [TestCase(
        """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":1},"released":{"unit":"TOKENS","amount":-1}}""",
        "released.amount"
    )]
    public void Commit(string json, string? field) =>
        Assert.That(Wire.Read<CommitResponse>(json).Validate()?.Field, Is.EqualTo(field));

    [TestCase("""{"status":"RELEASED","released":{"unit":"TOKENS","amount":0}}""", null)]
    [TestCase("""{"status":"ACTIVE","released":{"unit":"TOKENS","amount":0}}""", "status")]
    public void Release(string json, string? field) =>
        Assert.That(Wire.Read<ReleaseResponse>(json).Validate()?.Field, Is.EqualTo(field));

    [TestCase("""{"status":"ACTIVE","expires_at_ms":0}""", null)]
    [TestCase("""{"status":"EXPIRED","expires_at_ms":0}""", "status")]
    [TestCase("""{"status":"ACTIVE","expires_at_ms":-1}""", "expires_at_ms")]
    [TestCase("""{"status":"ACTIVE","expires_at_ms":1,"remaining_ttl_ms":-1}""", "remaining_ttl_ms")]
    public void Extend(string json, string? field) =>
        Assert.That(Wire.Read<ReservationExtendResponse>(json).Validate()?.Field, Is.EqualTo(field));

    [TestCase("""{"decision":"ALLOW","affected_scopes":[],"caps":{"max_tokens":-1}}""", "max_tokens")]
    [TestCase("""{"decision":"ALLOW","affected_scopes":["a",null]}""", "affected_scopes[1]")]
    [TestCase("""{"decision":"DENY","affected_scopes":[],"retry_after_ms":-1}""", "retry_after_ms")]
    [TestCase(
        """{"decision":"ALLOW","affected_scopes":[],"reserved":{"unit":"TOKENS","amount":-1}}""",
        "reserved.amount"
    )]
    [TestCase("""{"decision":"ALLOW","affected_scopes":[]}""", null)]
    public void Reserve(string json, string? field) =>
        Assert.That(Wire.Read<ReservationCreateResponse>(json).Validate()?.Field, Is.EqualTo(field));

    [TestCase("""{"status":"APPLIED","event_id":"e"}""", null)]
    [TestCase("""{"status":"QUEUED","event_id":"e"}""", "status")]
    [TestCase("""{"status":"APPLIED","event_id":""}""", "event_id")]
    public void Event(string json, string? field) =>
        Assert.That(Wire.Read<EventCreateResponse>(json).Validate()?.Field, Is.EqualTo(field));

    [Test]
    public void Balances_that_were_asked_for_are_strict_and_name_the_row()
    {
        var odd = Row.Replace("-1}", "-1},\"spent\":{\"unit\":\"CREDITS\",\"amount\":1}", StringComparison.Ordinal);
        Assert.That(
            Wire.Read<BalanceResponse>($$"""{"balances":[{{Row}},{{odd}}]}""").Validate()?.Field,
            Is.EqualTo("balances[1].remaining")
        );
        Assert.That(Wire.Read<BalanceResponse>("""{"balances":[null]}""").Validate()?.Field, Is.EqualTo("balances[0]"));
        Wire.Refuses<BalanceResponse>("""{"balances":[{"scope":1}]}""");
    }

    [TestCase("null", null)]
    [TestCase("7", null)]
    [TestCase("{\"a\":[{}]}", null)]
    [TestCase("[]", 0)]
    [TestCase("[" + Row + ",null,7,[],{\"scope\":\"s\"}," + Row + "]", 2)]
    public void Balances_that_come_along_are_lenient(string balances, int? count)
    {
        var answer = Wire.Read<CommitResponse>(
            $$$"""{"balances":{{{balances}}},"status":"COMMITTED","charged":{"unit":"TOKENS","amount":1}}"""
        );
        Assert.That(answer.Balances?.Count, Is.EqualTo(count));
        Assert.That(answer.Charged, Is.EqualTo(Amount.Tokens(1)));
    }
}
