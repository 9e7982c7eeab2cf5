namespace Cycles.Protocol.Tests;

/// <summary>When two requests under one key ask for the same thing (protocol, IDEMPOTENCY).</summary>
public sealed class CanonicalPayloadTests
{
    private static readonly ReservationCreateRequest Reserve = Valid.Reserve with
    {
        Metadata = Valid.Data("""{"run":{"id":7,"tags":["a","b"]},"cost":1.50,"note":null}"""),
    };

    [TestCase("""{"note":null,"cost":1.50,"run":{"tags":["a","b"],"id":7}}""", true, TestName = "order of members")]
    [TestCase(
        """{"run":{"id":7.0,"tags":["a","b"]},"cost":15e-1,"note":null}""",
        true,
        TestName = "spelling of numbers"
    )]
    [TestCase("""{"run":{"id":7,"tags":["\u0061","b"]},"cost":1.5,"note":null}""", true, TestName = "escapes")]
    [TestCase("""{"run":{"id":7,"tags":["b","a"]},"cost":1.5,"note":null}""", false, TestName = "order in an array")]
    [TestCase("""{"run":{"id":8,"tags":["a","b"]},"cost":1.5,"note":null}""", false, TestName = "nested value")]
    [TestCase("""{"run":{"ID":7,"tags":["a","b"]},"cost":1.5,"note":null}""", false, TestName = "case of a member")]
    [TestCase("""{"run":{"id":"7","tags":["a","b"]},"cost":1.5,"note":null}""", false, TestName = "text for a number")]
    [TestCase("""{"run":{"id":7,"tags":["a","b"]},"cost":1.5}""", false, TestName = "one member fewer")]
    [TestCase("""{"run":{"id":7,"tags":["a","b"]},"cost":1.5,"other":null}""", false, TestName = "another member")]
    [TestCase(
        """{"run":{"id":7,"tags":["a","b"],"x":null},"cost":1.5,"note":null}""",
        false,
        TestName = "one nested more"
    )]
    public void Metadata_is_compared_by_what_it_says(string json, bool same)
    {
        var other = Reserve with { Metadata = Valid.Data(json) };

        Assert.That(CanonicalPayload.Equal(Reserve, other), Is.EqualTo(same));
        Assert.That(CanonicalPayload.Equal(other, Reserve), Is.EqualTo(same));
    }

    [Test]
    public void Integers_beyond_double_precision_stay_apart() =>
        Assert.That(
            CanonicalPayload.Equal(
                Valid.Reserve with
                {
                    Metadata = Valid.Data("""{"n":9223372036854775807}"""),
                },
                Valid.Reserve with
                {
                    Metadata = Valid.Data("""{"n":9223372036854775806}"""),
                }
            ),
            Is.False
        );

    [Test]
    public void The_key_is_not_part_of_the_payload()
    {
        Same(Valid.Decision, Valid.Decision with { IdempotencyKey = "key-2" }, CanonicalPayload.Equal);
        Same(Valid.Reserve, Valid.Reserve with { IdempotencyKey = "key-2" }, CanonicalPayload.Equal);
        Same(Valid.Commit, Valid.Commit with { IdempotencyKey = "key-2" }, CanonicalPayload.Equal);
        Same(Valid.Release, Valid.Release with { IdempotencyKey = "key-2" }, CanonicalPayload.Equal);
        Same(Valid.Extend, Valid.Extend with { IdempotencyKey = "key-2" }, CanonicalPayload.Equal);
        Same(Valid.Event, Valid.Event with { IdempotencyKey = "key-2" }, CanonicalPayload.Equal);
    }

    [Test]
    public void A_default_written_out_says_nothing_new()
    {
        Same(
            Valid.Reserve,
            Valid.Reserve with
            {
                TtlMs = 60_000,
                GracePeriodMs = 5_000,
                OveragePolicy = CommitOveragePolicy.AllowIfAvailable,
                DryRun = false,
            },
            CanonicalPayload.Equal
        );
        Same(
            Valid.Event,
            Valid.Event with
            {
                OveragePolicy = CommitOveragePolicy.AllowIfAvailable,
            },
            CanonicalPayload.Equal
        );
    }

    [Test]
    public void Nothing_and_an_empty_container_are_the_same()
    {
        var none = Valid.Data("{}");
        Same(Valid.Decision, Valid.Decision with { Metadata = none }, CanonicalPayload.Equal);
        Same(Valid.Reserve, Valid.Reserve with { Metadata = none }, CanonicalPayload.Equal);
        Same(Valid.Extend, Valid.Extend with { Metadata = none }, CanonicalPayload.Equal);
        Same(
            Valid.Commit,
            Valid.Commit with
            {
                Metadata = none,
                Metrics = new() { Custom = none },
            },
            CanonicalPayload.Equal
        );
        Same(Valid.Event, Valid.Event with { Metrics = new() }, CanonicalPayload.Equal);
        Same(
            Valid.Reserve,
            Valid.Reserve with
            {
                Subject = Valid.Subject with { Dimensions = new Dictionary<string, string>() },
                Action = Valid.Action with { Tags = [] },
            },
            CanonicalPayload.Equal
        );
    }

    [Test]
    public void Any_other_value_of_a_reserve_differs()
    {
        ReservationCreateRequest[] others =
        [
            Valid.Reserve with
            {
                Estimate = Amount.Tokens(11),
            },
            Valid.Reserve with
            {
                Estimate = Amount.Credits(10),
            },
            Valid.Reserve with
            {
                TtlMs = 60_001,
            },
            Valid.Reserve with
            {
                GracePeriodMs = 0,
            },
            Valid.Reserve with
            {
                OveragePolicy = CommitOveragePolicy.Reject,
            },
            Valid.Reserve with
            {
                DryRun = true,
            },
            Valid.Reserve with
            {
                Metadata = Valid.Data("""{"a":null}"""),
            },
            .. OtherSubjects().Select(subject => Valid.Reserve with { Subject = subject }),
            .. OtherActions().Select(action => Valid.Reserve with { Action = action }),
        ];

        Differ(Valid.Reserve, others, CanonicalPayload.Equal);
    }

    [Test]
    public void Any_other_value_of_a_decision_differs() =>
        Differ(
            Valid.Decision,
            [
                Valid.Decision with
                {
                    Estimate = Amount.Tokens(11),
                },
                Valid.Decision with
                {
                    Subject = OtherSubjects().First(),
                },
                Valid.Decision with
                {
                    Action = OtherActions().First(),
                },
                Valid.Decision with
                {
                    Metadata = Valid.Data("""{"a":1}"""),
                },
            ],
            CanonicalPayload.Equal
        );

    [Test]
    public void Any_other_value_of_a_commit_differs() =>
        Differ(
            Valid.Commit,
            [
                Valid.Commit with
                {
                    Actual = Amount.Tokens(11),
                },
                Valid.Commit with
                {
                    Metadata = Valid.Data("""{"a":1}"""),
                },
                .. OtherMetrics().Select(metrics => Valid.Commit with { Metrics = metrics }),
            ],
            CanonicalPayload.Equal
        );

    [Test]
    public void Any_other_value_of_a_release_or_an_extension_differs()
    {
        Differ(
            Valid.Release with
            {
                Reason = "late",
            },
            [Valid.Release, Valid.Release with { Reason = "Late" }],
            CanonicalPayload.Equal
        );
        Differ(
            Valid.Extend,
            [Valid.Extend with { ExtendByMs = 1_001 }, Valid.Extend with { Metadata = Valid.Data("""{"a":1}""") }],
            CanonicalPayload.Equal
        );
    }

    [Test]
    public void Any_other_value_of_an_event_differs() =>
        Differ(
            Valid.Event,
            [
                Valid.Event with
                {
                    Actual = Amount.Tokens(11),
                },
                Valid.Event with
                {
                    OveragePolicy = CommitOveragePolicy.AllowWithOverdraft,
                },
                Valid.Event with
                {
                    ClientTimeMs = 0,
                },
                Valid.Event with
                {
                    Metadata = Valid.Data("""{"a":1}"""),
                },
                Valid.Event with
                {
                    Subject = OtherSubjects().First(),
                },
                Valid.Event with
                {
                    Action = OtherActions().First(),
                },
                .. OtherMetrics().Select(metrics => Valid.Event with { Metrics = metrics }),
            ],
            CanonicalPayload.Equal
        );

    [Test]
    public void Equal_containers_in_other_instances_and_orders_are_the_same()
    {
        var one = Valid.Subject with
        {
            Dimensions = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" },
        };
        var two = Valid.Subject with
        {
            Dimensions = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
        };

        Same(one, two, CanonicalPayload.Equal);
        Same(Valid.Action with { Tags = ["a", "b"] }, Valid.Action with { Tags = ["a", "b"] }, CanonicalPayload.Equal);
    }

    private static IEnumerable<Subject> OtherSubjects() =>
        [
            new() { Tenant = "Acme" },
            new() { Workspace = "acme" },
            Valid.Subject with
            {
                Workspace = "w",
            },
            Valid.Subject with
            {
                App = "a",
            },
            Valid.Subject with
            {
                Workflow = "f",
            },
            Valid.Subject with
            {
                Agent = "g",
            },
            Valid.Subject with
            {
                Toolset = "s",
            },
            Valid.Subject with
            {
                Dimensions = new Dictionary<string, string> { ["team"] = "x" },
            },
        ];

    private static IEnumerable<CyclesAction> OtherActions() =>
        [new("llm.embedding", "gpt-4o"), new("llm.completion", "GPT-4o"), Valid.Action with { Tags = ["prod"] }];

    private static IEnumerable<CyclesMetrics> OtherMetrics() =>
        [
            new() { TokensInput = 0 },
            new() { TokensOutput = 0 },
            new() { LatencyMs = 0 },
            new() { ModelVersion = "" },
            new() { Custom = Valid.Data("""{"a":1}""") },
        ];

    [Test]
    public void The_order_of_tags_matters() =>
        Differ(
            Valid.Action with
            {
                Tags = ["a", "b"],
            },
            [Valid.Action with { Tags = ["b", "a"] }, Valid.Action with { Tags = ["a"] }],
            CanonicalPayload.Equal
        );

    [Test]
    public void Dimensions_differ_by_key_value_and_count() =>
        Differ(
            Dimensions(("a", "1"), ("b", "2")),
            [Dimensions(("a", "1"), ("b", "3")), Dimensions(("a", "1"), ("B", "2")), Dimensions(("a", "1"))],
            CanonicalPayload.Equal
        );

    private static Subject Dimensions(params (string Key, string Value)[] pairs) =>
        Valid.Subject with
        {
            Dimensions = pairs.ToDictionary(pair => pair.Key, pair => pair.Value),
        };

    private static void Same<T>(T left, T right, Func<T, T, bool> equal)
    {
        Assert.That(equal(left, right), Is.True);
        Assert.That(equal(right, left), Is.True);
    }

    private static void Differ<T>(T one, IEnumerable<T> others, Func<T, T, bool> equal)
    {
        foreach (var other in others)
        {
            Assert.That(equal(one, other), Is.False, other!.ToString());
            Assert.That(equal(other, one), Is.False, other.ToString());
        }
    }
}
