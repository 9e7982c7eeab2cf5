namespace Cycles.Protocol.Tests;

public sealed class SubjectTests
{
    private const string AllCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    private static readonly (string Name, Func<string?, Subject> With)[] Levels =
    [
        ("tenant", value => new() { Tenant = value }),
        ("workspace", value => new() { Workspace = value }),
        ("app", value => new() { App = value }),
        ("workflow", value => new() { Workflow = value }),
        ("agent", value => new() { Agent = value }),
        ("toolset", value => new() { Toolset = value }),
    ];

    [Test]
    public void Any_one_level_is_enough() =>
        Verdict.Accepts(Levels.Select(level => level.With(AllCharacters).Validate()));

    [Test]
    public void A_level_has_1_to_128_characters() =>
        Verdict.Accepts(
            Levels.SelectMany(level =>
                new[] { level.With("a").Validate(), level.With(new string('a', 128)).Validate() }
            )
        );

    [TestCase("")]
    [TestCase(" ")]
    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("a:b")]
    [TestCase("caf\u00e9")]
    [TestCase("a\n")]
    public void A_level_refuses_what_has_no_place_in_a_scope(string value)
    {
        foreach (var (name, with) in Levels)
        {
            Verdict.Refuses(with(value).Validate(), $"subject.{name}", "1 to 128", "A-Z a-z 0-9 _ . -", $"'{value}'");
        }
    }

    [Test]
    public void A_level_of_129_characters_is_refused_and_quoted_briefly()
    {
        foreach (var (name, with) in Levels)
        {
            var finding = with(new string('a', 129)).Validate();
            Verdict.Refuses(finding, $"subject.{name}", "1 to 128");
            Assert.That(finding!.Problem, Does.Not.Contain(new string('a', 41)));
        }
    }

    [Test]
    public void Dimensions_alone_are_no_subject()
    {
        var subject = new Subject { Dimensions = new Dictionary<string, string> { ["cost_center"] = "42" } };
        Verdict.Refuses(
            subject.Validate(),
            "subject",
            "at least one of tenant, workspace, app, workflow, agent or toolset"
        );
        Verdict.Refuses(new Subject().Validate(), "subject", "at least one of");
    }

    [Test]
    public void Dimensions_are_at_most_16_of_at_most_256_characters()
    {
        Verdict.Accepts(
            WithDimensions(16, "v").Validate(),
            WithDimensions(1, "").Validate(),
            WithDimensions(1, new string('v', 256)).Validate()
        );
        Verdict.Refuses(WithDimensions(17, "v").Validate(), "subject.dimensions", "at most 16", "17");
        Verdict.Refuses(WithDimensions(1, new string('v', 257)).Validate(), "subject.dimensions.d0", "0 to 256", "257");
        Verdict.Refuses(WithDimensions(1, null!).Validate(), "subject.dimensions.d0", "is required");
    }

    [Test]
    public void The_first_bad_level_in_canonical_order_is_named() =>
        Verdict.Refuses(new Subject { Toolset = "a b", Workspace = "c d" }.Validate(), "subject.workspace");

    [Test]
    public void A_level_can_be_read_by_its_place()
    {
        var subject = new Subject
        {
            Tenant = "t",
            Workspace = "w",
            App = "a",
            Workflow = "f",
            Agent = "g",
            Toolset = "s",
        };

        Assert.That(
            Enum.GetValues<SubjectLevel>().Select(level => subject[level]),
            Is.EqualTo(["t", "w", "a", "f", "g", "s"])
        );
        Assert.That(Enum.GetValues<SubjectLevel>(), Has.Length.EqualTo(Subject.LevelCount));
        Assert.That(() => subject[(SubjectLevel)6], Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Open_levels_are_filled_and_given_ones_are_kept()
    {
        var defaults = new Subject
        {
            Tenant = "t",
            Workspace = "w",
            App = "a",
            Workflow = "f",
            Agent = "g",
            Toolset = "s",
            Dimensions = new Dictionary<string, string> { ["team"] = "x" },
        };
        var own = new Dictionary<string, string> { ["team"] = "y" };

        using (Assert.EnterMultipleScope())
        {
            Assert.That(new Subject().FilledFrom(defaults), Is.EqualTo(defaults));
            Assert.That(
                new Subject { Agent = "mine", Dimensions = own }.FilledFrom(defaults),
                Is.EqualTo(defaults with { Agent = "mine", Dimensions = own })
            );
            Assert.That(defaults.FilledFrom(new Subject { Tenant = "other" }), Is.EqualTo(defaults));
            Assert.That(Valid.Subject.FilledFrom(null), Is.SameAs(Valid.Subject));
        }
    }

    private static Subject WithDimensions(int count, string value) =>
        Valid.Subject with
        {
            Dimensions = Enumerable.Range(0, count).ToDictionary(i => $"d{i}", _ => value),
        };
}
