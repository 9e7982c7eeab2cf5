using System.Text;
using System.Text.Json;

namespace Cycles.Client.Tests;

public sealed class SnapshotBalancesTests
{
    private const string Row =
        """{"scope":"tenant:a","scope_path":"tenant:a","remaining":{"unit":"TOKENS","amount":-7}}""";

    [Test]
    public void They_are_taken_out_of_the_answer_and_read_when_asked_for()
    {
        var (balances, rest) = Take($$"""{"a":[{"balances":[1]}],"balances" : [{{Row}}, {"odd":1},{{Row}}],"z":1}""");

        Assert.That(rest, Is.EqualTo("""{"a":[{"balances":[1]}],"balances" : [],"z":1}"""));
        Assert.That(balances!.Select(balance => balance.Remaining.Value), Is.EqualTo([-7, -7]));
        Assert.That(balances![1].Scope, Is.EqualTo("tenant:a"));
        Assert.That(balances, Has.Count.EqualTo(2));
    }

    [TestCase("""{"balances":[]}""")]
    [TestCase("""{"balances":[{"scope":"tru}]}""", Description = "A string that does not end.")]
    [TestCase("""{"balances":[{"scope":"]"}]}""", Description = "A bracket in a string.")]
    [TestCase("""{"balances":[{"scope":"\"]"}]}""", Description = "A quote in a string.")]
    [TestCase("""{"balances":[{"scope":["x"]}]}""", Description = "A list in the list.")]
    [TestCase("""{"balances":[{"scope":"x"}""", Description = "No end.")]
    [TestCase("""{"balances":{"a":[]}}""")]
    [TestCase("""{"balances":null}""")]
    [TestCase("""{"a":{"balances":[{}]}}""")]
    [TestCase("[[]]")]
    [TestCase("null")]
    public void An_answer_where_they_are_not_easily_told_apart_stays_as_it_is(string answer)
    {
        var (balances, rest) = Take(answer);

        Assert.That(rest, Is.EqualTo(answer));
        Assert.That(balances ?? Enumerable.Empty<Balance>(), Is.Empty);
    }

    [TestCase("""{"scope":tru}""")]
    [TestCase("{{{")]
    [TestCase(",")]
    public void What_is_no_JSON_in_them_is_no_balance(string rows)
    {
        var (balances, rest) = Take($$"""{"balances":[{{rows}}]}""");

        Assert.That(rest, Is.EqualTo("""{"balances":[]}"""));
        Assert.That(balances, Is.Empty);
    }

    [Test]
    public void What_comes_before_them_has_to_be_JSON() =>
        Assert.That(() => Take("""{"a":tru,"balances":[]}"""), Throws.InstanceOf<JsonException>());

    private static (IReadOnlyList<Balance>? Balances, string Answer) Take(string answer)
    {
        var bytes = Encoding.UTF8.GetBytes(answer).AsSpan();
        var balances = SnapshotBalances.TakeFrom(ref bytes);
        return (balances, Encoding.UTF8.GetString(bytes));
    }
}
