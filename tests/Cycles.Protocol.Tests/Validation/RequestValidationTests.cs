using System.Text.Json;

namespace Cycles.Protocol.Tests;

/// <summary>What several requests share: the key, the subject, the action, the amount, the metadata.</summary>
public sealed class RequestValidationTests
{
    private static readonly Dictionary<string, JsonElement> NeverSet = new() { ["note"] = default };

    [Test]
    public void The_least_of_every_request_is_accepted() =>
        Verdict.Accepts(
            Valid.Decision.Validate(),
            Valid.Reserve.Validate(),
            Valid.Commit.Validate(),
            Valid.Release.Validate(),
            Valid.Extend.Validate(),
            Valid.Event.Validate(),
            Valid.Balances.Validate(),
            new ReservationListQuery().Validate()
        );

    [TestCase("k")]
    [TestCase(256)]
    public void A_key_of_1_to_256_characters_is_accepted(object key) => Verdict.Accepts(WithKey(Key(key)));

    [TestCase("", "has 0")]
    [TestCase(257, "has 257")]
    public void A_key_just_outside_is_refused(object key, string found)
    {
        foreach (var finding in WithKey(Key(key)))
        {
            Verdict.Refuses(finding, "idempotency_key", "1 to 256", found);
        }
    }

    [Test]
    public void A_missing_key_is_refused()
    {
        foreach (var finding in WithKey(null!))
        {
            Verdict.Refuses(finding, "idempotency_key", "is required");
        }
    }

    [Test]
    public void A_missing_subject_or_action_is_refused()
    {
        Verdict.Refuses((Valid.Decision with { Subject = null! }).Validate(), "subject", "is required");
        Verdict.Refuses((Valid.Reserve with { Subject = null! }).Validate(), "subject", "is required");
        Verdict.Refuses((Valid.Event with { Subject = null! }).Validate(), "subject", "is required");
        Verdict.Refuses((Valid.Balances with { Subject = null! }).Validate(), "subject", "is required");
        Verdict.Refuses((Valid.Decision with { Action = null! }).Validate(), "action", "is required");
        Verdict.Refuses((Valid.Reserve with { Action = null! }).Validate(), "action", "is required");
        Verdict.Refuses((Valid.Event with { Action = null! }).Validate(), "action", "is required");
    }

    [Test]
    public void A_bad_subject_or_action_is_refused()
    {
        var subject = new Subject { Agent = "a b" };
        var action = new CyclesAction("", "n");

        Verdict.Refuses((Valid.Decision with { Subject = subject }).Validate(), "subject.agent");
        Verdict.Refuses((Valid.Reserve with { Subject = subject }).Validate(), "subject.agent");
        Verdict.Refuses((Valid.Event with { Subject = subject }).Validate(), "subject.agent");
        Verdict.Refuses((Valid.Balances with { Subject = subject }).Validate(), "subject.agent");
        Verdict.Refuses(new ReservationListQuery { Subject = subject }.Validate(), "subject.agent");
        Verdict.Refuses((Valid.Decision with { Action = action }).Validate(), "action.kind");
        Verdict.Refuses((Valid.Reserve with { Action = action }).Validate(), "action.kind");
        Verdict.Refuses((Valid.Event with { Action = action }).Validate(), "action.kind");
    }

    [TestCase(0)]
    [TestCase(long.MaxValue)]
    public void An_amount_from_zero_to_the_largest_is_accepted(long value)
    {
        foreach (var unit in Enum.GetValues<AmountUnit>().Where(unit => unit != AmountUnit.Unset))
        {
            Verdict.Accepts(WithAmount(new Amount(unit, value)).Select(pair => pair.Finding));
        }
    }

    [TestCase(-1)]
    [TestCase(long.MinValue)]
    public void A_negative_amount_is_refused(long value)
    {
        foreach (var (field, finding) in WithAmount(Amount.UsdMicrocents(value)))
        {
            Verdict.Refuses(finding, $"{field}.amount", "from 0 to 9223372036854775807", $"was {value}");
        }
    }

    [TestCase(AmountUnit.Unset)]
    [TestCase((AmountUnit)5)]
    public void An_amount_without_a_unit_is_refused(AmountUnit unit)
    {
        foreach (var (field, finding) in WithAmount(new Amount(unit, 1)))
        {
            Verdict.Refuses(finding, $"{field}.unit", "CREDITS, RISK_POINTS, TOKENS, USD_MICROCENTS");
        }
    }

    [Test]
    public void Metadata_must_be_JSON_whatever_its_value()
    {
        var data = Valid.Data("""{"a":null,"b":{"c":[1,2]}}""");
        Verdict.Accepts(WithMetadata(data));
        foreach (var finding in WithMetadata(NeverSet))
        {
            Verdict.Refuses(finding, "metadata.note", "JSON value");
        }
    }

    [Test]
    public void Metrics_are_checked_wherever_they_are_taken()
    {
        var metrics = new CyclesMetrics { LatencyMs = -1 };
        Verdict.Refuses((Valid.Commit with { Metrics = metrics }).Validate(), "metrics.latency_ms");
        Verdict.Refuses((Valid.Event with { Metrics = metrics }).Validate(), "metrics.latency_ms");
    }

    [Test]
    public void A_policy_is_one_of_the_three()
    {
        foreach (var policy in Enum.GetValues<CommitOveragePolicy>())
        {
            Verdict.Accepts(
                (Valid.Reserve with { OveragePolicy = policy }).Validate(),
                (Valid.Event with { OveragePolicy = policy }).Validate()
            );
        }

        foreach (var policy in new[] { default, (CommitOveragePolicy)4 })
        {
            const string Three = "ALLOW_IF_AVAILABLE, ALLOW_WITH_OVERDRAFT, REJECT";
            Verdict.Refuses((Valid.Reserve with { OveragePolicy = policy }).Validate(), "overage_policy", Three);
            Verdict.Refuses((Valid.Event with { OveragePolicy = policy }).Validate(), "overage_policy", Three);
        }
    }

    private static string Key(object key) => key as string ?? new string('k', (int)key);

    private static ValidationFinding?[] WithKey(string key) =>
        [
            (Valid.Decision with { IdempotencyKey = key }).Validate(),
            (Valid.Reserve with { IdempotencyKey = key }).Validate(),
            (Valid.Commit with { IdempotencyKey = key }).Validate(),
            (Valid.Release with { IdempotencyKey = key }).Validate(),
            (Valid.Extend with { IdempotencyKey = key }).Validate(),
            (Valid.Event with { IdempotencyKey = key }).Validate(),
        ];

    private static (string Field, ValidationFinding? Finding)[] WithAmount(Amount amount) =>
        [
            ("estimate", (Valid.Decision with { Estimate = amount }).Validate()),
            ("estimate", (Valid.Reserve with { Estimate = amount }).Validate()),
            ("actual", (Valid.Commit with { Actual = amount }).Validate()),
            ("actual", (Valid.Event with { Actual = amount }).Validate()),
        ];

    private static ValidationFinding?[] WithMetadata(IReadOnlyDictionary<string, JsonElement> data) =>
        [
            (Valid.Decision with { Metadata = data }).Validate(),
            (Valid.Reserve with { Metadata = data }).Validate(),
            (Valid.Commit with { Metadata = data }).Validate(),
            (Valid.Extend with { Metadata = data }).Validate(),
            (Valid.Event with { Metadata = data }).Validate(),
        ];
}
