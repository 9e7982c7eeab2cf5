using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>What is charged for the usage that providers report, in full, in part, or not at all.</summary>
public sealed class UsageTests : ChatFixture
{
    /// <summary>In microcents: 100 an input token, 50 a cached one, 200 an output token; 7 input tokens were counted.</summary>
    private static IEnumerable<TestCaseData> Reports() =>
        [
            Case(
                "all of it",
                2_000,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 5,
                    TotalTokenCount = 15,
                }
            ),
            Case("no total", 2_000, new() { InputTokenCount = 10, OutputTokenCount = 5 }),
            Case(
                "no output tokens",
                1_000,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 0,
                    TotalTokenCount = 10,
                }
            ),
            Case("total alone is output", 3_000, new() { TotalTokenCount = 15 }),
            Case(
                "total alone beside zeros",
                3_000,
                new()
                {
                    InputTokenCount = 0,
                    OutputTokenCount = 0,
                    TotalTokenCount = 15,
                }
            ),
            Case("output from the total", 2_000, new() { InputTokenCount = 10, TotalTokenCount = 15 }),
            Case("input from the total", 2_000, new() { OutputTokenCount = 5, TotalTokenCount = 15 }),
            Case(
                "cached is part of input",
                1_800,
                new()
                {
                    InputTokenCount = 10,
                    CachedInputTokenCount = 4,
                    OutputTokenCount = 5,
                }
            ),
            Case(
                "cached counted apart",
                2_000,
                new()
                {
                    InputTokenCount = 4,
                    CachedInputTokenCount = 12,
                    OutputTokenCount = 5,
                }
            ),
            Case(
                "reasoning is part of output",
                2_000,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 5,
                    ReasoningTokenCount = 3,
                }
            ),
            Case(
                "reasoning counted apart",
                3_400,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 5,
                    ReasoningTokenCount = 7,
                }
            ),
            Case(
                "reasoning beside the output, as the total says",
                15_000,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 50,
                    ReasoningTokenCount = 20,
                    TotalTokenCount = 80,
                }
            ),
            Case(
                "more reasoning than output is added once, whatever the total says",
                20_200,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 2,
                    ReasoningTokenCount = 94,
                    TotalTokenCount = 106,
                }
            ),
            Case(
                "cached beside the input, as the total says",
                2_200,
                new()
                {
                    InputTokenCount = 10,
                    CachedInputTokenCount = 4,
                    OutputTokenCount = 5,
                    TotalTokenCount = 19,
                }
            ),
            Case(
                "more cached than input is added once, whatever the total says",
                2_000,
                new()
                {
                    InputTokenCount = 4,
                    CachedInputTokenCount = 12,
                    OutputTokenCount = 5,
                    TotalTokenCount = 21,
                }
            ),
            Case(
                "cached and reasoning beside, as the total says",
                2_800,
                new()
                {
                    InputTokenCount = 10,
                    CachedInputTokenCount = 4,
                    OutputTokenCount = 5,
                    ReasoningTokenCount = 3,
                    TotalTokenCount = 22,
                }
            ),
            Case(
                "as many cached as reasoning, the dearer beside",
                2_600,
                new()
                {
                    InputTokenCount = 10,
                    CachedInputTokenCount = 4,
                    OutputTokenCount = 5,
                    ReasoningTokenCount = 4,
                    TotalTokenCount = 19,
                }
            ),
            Case(
                "a total below its sides",
                2_000,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 5,
                    ReasoningTokenCount = 3,
                    TotalTokenCount = 12,
                }
            ),
            Case(
                "negative is nothing",
                2_000,
                new()
                {
                    InputTokenCount = 10,
                    OutputTokenCount = 5,
                    CachedInputTokenCount = -7,
                }
            ),
        ];

    /// <summary>A reply of 18 characters is 5 tokens.</summary>
    private static IEnumerable<TestCaseData> Parts() =>
        [
            Case("output is counted", 2_000, new() { InputTokenCount = 10 }),
            Case("input is counted", 1_700, new() { OutputTokenCount = 5 }),
            Case(
                "what nobody names is output",
                4_000,
                new()
                {
                    InputTokenCount = 10,
                    CachedInputTokenCount = 0,
                    OutputTokenCount = 5,
                    ReasoningTokenCount = 3,
                    TotalTokenCount = 25,
                }
            ),
        ];

    private static IEnumerable<TestCaseData> Nothing() =>
        [
            Case("no usage", 0, null),
            Case("empty usage", 0, new()),
            Case(
                "zeros",
                0,
                new()
                {
                    InputTokenCount = 0,
                    OutputTokenCount = 0,
                    TotalTokenCount = 0,
                }
            ),
        ];

    [TestCaseSource(nameof(Reports))]
    public async Task What_is_reported_is_charged(long microcents, UsageDetails usage)
    {
        Spends(microcents);
        Model.Reply = _ => Reply(usage);

        await Guard().GetResponseAsync(Ask());

        Assert.That(Commit.Metadata, Is.Null);
    }

    [TestCaseSource(nameof(Parts))]
    public async Task A_side_that_nobody_reports_is_counted_and_marked(long microcents, UsageDetails usage)
    {
        Spends(microcents);
        Model.Reply = _ => Reply(usage);

        await Guard().GetResponseAsync(Ask());

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
    }

    [TestCaseSource(nameof(Nothing))]
    public async Task Without_any_usage_the_estimate_is_charged_and_marked(long microcents, UsageDetails? usage)
    {
        Model.Reply = _ => Reply(usage);

        await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = 50 });

        Spends(12_840 + microcents);
        Assert.That(Commit.Actual, Is.EqualTo(Create.Estimate));
        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
        Assert.That(Commit.Metrics!.TokensInput, Is.Null);
        Assert.That(LogIds, Has.Some.EqualTo(208));
    }

    [Test]
    public async Task Without_any_usage_what_came_through_is_charged_where_that_is_more_than_the_estimate()
    {
        Spends(80_700);
        Model.Reply = _ => new ChatResponse([
            new ChatMessage(ChatRole.Assistant, $"{Canary}{new string('x', 800 - Canary.Length)}"),
            new ChatMessage(ChatRole.Assistant, new string('y', 800)),
        ]);

        await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = 50 });

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
        Assert.That(Commit.Metrics!.TokensOutput, Is.EqualTo(400));
        Assert.That(LogIds, Has.Some.EqualTo(208));
    }

    [Test]
    public async Task An_answer_without_a_response_is_charged_the_estimate()
    {
        Model.Reply = _ => null!;

        var response = await Guard().GetResponseAsync(Ask(), new ChatOptions { MaxOutputTokens = 50 });

        Spends(12_840);
        Assert.That(response, Is.Null);
    }

    private static TestCaseData Case(string name, long microcents, UsageDetails? usage) =>
        new TestCaseData(microcents, usage).SetArgDisplayNames(name);
}
