using System.Text.Json;

namespace Cycles.Protocol.Tests;

/// <summary>Balances beside an answer are read and written by hand, and as the serializer would.</summary>
public class BalanceJsonTests
{
    private const string Tokens = """{"unit":"TOKENS","amount":7}""";
    private const string Least = $$"""{"scope":"tenant:acme","scope_path":"tenant:acme","remaining":{{Tokens}}}""";

    [Test]
    public void Is_written_as_the_serializer_writes_it()
    {
        IsWritten(Full);
        IsWritten(Full with { Reserved = null, Spent = null, Debt = null, Allocated = null, OverdraftLimit = null });
        IsWritten(Full with { Remaining = new SignedAmount(AmountUnit.Credits, long.MinValue), IsOverLimit = null });
        IsWritten(Full with { Scope = "tenant:\"é<&\u0001", ScopePath = "\U0001F600" });
    }

    [Test]
    public void Every_field_is_set_where_the_two_are_compared() =>
        Assert.That(
            typeof(Balance).GetProperties().Select(property => property.GetValue(Full)),
            Has.None.Null,
            "A new field belongs into BalanceJson"
        );

    [TestCase(Least)]
    [TestCase("""{"scope":"a","scope_path":"b","remaining":{"amount":-9223372036854775808,"unit":"CREDITS"}}""")]
    [TestCase(
        """{"new":[{}],"remaining":{"new":{"a":[1]},"unit":"TOKENS","amount":1},"scope_path":"a","scope":"a","is_over_limit":false}"""
    )]
    [TestCase("""{"sc\u006fpe":"\u0061","scope_path":"a","remaining":{"unit":"T\u004fKENS","amount":1}}""")]
    [TestCase(
        """{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS","amount":1},"reserved":null,"spent":{"unit":"TOKENS","amount":3},"is_over_limit":null}"""
    )]
    public void Is_read_as_the_serializer_reads_it(string json) =>
        Assert.That(Read(json), Is.EqualTo(new[] { Wire.Read<Balance>(json) }));

    [TestCase("1")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"scope":"a","scope_path":"a"}""")]
    [TestCase("""{"scope":"x","scope":"y","scope_path":"y","remaining":{"unit":"TOKENS","amount":1}}""")]
    [TestCase("""{"scope":"y","scope_path":"y","remaining":{"unit":"TOKENS","amount":1,"amount":2}}""")]
    [TestCase(
        """{"scope":"y","scope_path":"y","remaining":{"unit":"TOKENS","amount":1},"spent":{"unit":"TOKENS","amount":1},"spent":{"unit":"TOKENS","amount":2}}"""
    )]
    [TestCase("""{"scope":null,"scope_path":"a","remaining":{"unit":"TOKENS","amount":1}}""")]
    [TestCase("""{"scope":"a","remaining":{"unit":"TOKENS","amount":1}}""")]
    [TestCase("""{"scope":1,"scope_path":"a","remaining":{"unit":"TOKENS","amount":1}}""")]
    [TestCase("""{"scope":"\ud800","scope_path":"a","remaining":{"unit":"TOKENS","amount":1}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":null}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":7}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"amount":1}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS"}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"EUROS","amount":1}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":null,"amount":1}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS","amount":1.5}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS","amount":"1"}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS","amount":9223372036854775808}}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS","amount":1},"spent":[]}""")]
    [TestCase("""{"scope":"a","scope_path":"a","remaining":{"unit":"TOKENS","amount":1},"is_over_limit":0}""")]
    public void An_odd_one_is_left_out_and_the_next_one_read(string odd)
    {
        Assert.That(
            Read($"{Least},{odd},{Least}"),
            Is.EqualTo(new[] { Wire.Read<Balance>(Least), Wire.Read<Balance>(Least) })
        );
        if (odd is not "null")
        {
            Wire.Refuses<Balance>(odd);
        }
    }

    private static Balance Full =>
        new()
        {
            Scope = "tenant:acme",
            ScopePath = "tenant:acme",
            Remaining = new SignedAmount(AmountUnit.Tokens, -5),
            Reserved = Amount.Tokens(1),
            Spent = Amount.Tokens(2),
            Debt = Amount.Tokens(3),
            Allocated = Amount.Tokens(4),
            OverdraftLimit = Amount.Tokens(long.MaxValue),
            IsOverLimit = true,
        };

    private static void IsWritten(Balance balance)
    {
        using var answer = JsonDocument.Parse(Wire.Write(With([balance])));
        Assert.That(answer.RootElement.GetProperty("balances").GetRawText(), Is.EqualTo($"[{Wire.Write(balance)}]"));
    }

    private static IReadOnlyList<Balance>? Read(string rows) =>
        Wire.Read<CommitResponse>($$"""{"balances":[{{rows}}],"status":"COMMITTED","charged":{{Tokens}}}""").Balances;

    private static CommitResponse With(IReadOnlyList<Balance> balances) =>
        new()
        {
            Status = ReservationStatus.Committed,
            Charged = Amount.Tokens(1),
            Balances = balances,
        };
}
