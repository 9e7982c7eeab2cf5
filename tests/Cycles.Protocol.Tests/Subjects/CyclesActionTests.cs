namespace Cycles.Protocol.Tests;

public sealed class CyclesActionTests
{
    [Test]
    public void Kind_has_1_to_64_characters_and_name_1_to_256() =>
        Verdict.Accepts(
            new CyclesAction("k", "n").Validate(),
            new CyclesAction(new string('k', 64), new string('n', 256)).Validate()
        );

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" \t")]
    public void A_blank_kind_or_name_is_refused(string? blank)
    {
        Verdict.Refuses(new CyclesAction(blank!, "n").Validate(), "action.kind", "1 to 64", "not blank");
        Verdict.Refuses(new CyclesAction("k", blank!).Validate(), "action.name", "1 to 256", "not blank");
    }

    [Test]
    public void One_character_more_is_refused()
    {
        Verdict.Refuses(new CyclesAction(new string('k', 65), "n").Validate(), "action.kind", "1 to 64", "65");
        Verdict.Refuses(new CyclesAction("k", new string('n', 257)).Validate(), "action.name", "1 to 256", "257");
    }

    [Test]
    public void Tags_are_at_most_10_of_at_most_64_characters()
    {
        Verdict.Accepts(
            Tagged([]).Validate(),
            Tagged([.. Enumerable.Repeat("t", 10)]).Validate(),
            Tagged(["", new string('t', 64)]).Validate()
        );
        Verdict.Refuses(Tagged([.. Enumerable.Repeat("t", 11)]).Validate(), "action.tags", "at most 10", "11");
        Verdict.Refuses(Tagged(["t", new string('t', 65)]).Validate(), "action.tags[1]", "0 to 64", "65");
        Verdict.Refuses(Tagged([null!]).Validate(), "action.tags[0]", "is required");
    }

    private static CyclesAction Tagged(string[] tags) => new("k", "n") { Tags = tags };
}
