using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Estimates;

/// <summary>What a request is guessed to be, in tokens.</summary>
public sealed class EstimateTests
{
    private static readonly ContentTokens Tokens = new(CharacterTokenEstimator.Instance, tokensPerAttachment: 1_500);

    [TestCase("", 0)]
    [TestCase("a", 1)]
    [TestCase("four", 1)]
    [TestCase("fives", 2)]
    [TestCase("déjà vu", 2)]
    [TestCase("日本語", 3)]
    [TestCase("привет", 4)]
    [TestCase("ab日", 2)]
    [TestCase("😀", 2)]
    public void Latin_has_four_characters_a_token_and_the_rest_three_bytes(string text, long tokens) =>
        Assert.That(CharacterTokenEstimator.Instance.CountTokens(text), Is.EqualTo(tokens));

    [TestCaseSource(nameof(Contents))]
    public void Every_part_of_a_message_counts(AIContent content, long tokens) =>
        Assert.That(Tokens.Of([new ChatMessage(ChatRole.User, [content])], null), Is.EqualTo(4 + tokens));

    private static IEnumerable<TestCaseData> Contents() =>
        [
            Case("text", new TextContent("fourfour"), 2),
            Case("reasoning", new TextReasoningContent("fourfour"), 2),
            Case("image", new DataContent(new byte[30_000], "image/png"), 1_500),
            Case("image elsewhere", new UriContent("https://localhost/x.png", "image/png"), 1_500),
            Case("text file", new DataContent(new byte[30], "text/plain"), 11),
            Case(
                "call",
                new FunctionCallContent("1", "find", new Dictionary<string, object?> { ["city"] = "fourfour" }),
                4
            ),
            Case("result as text", new FunctionResultContent("1", "fourfour"), 2),
            Case("result as JSON", new FunctionResultContent("1", JsonSerializer.SerializeToElement("fourfour")), 2),
            Case(
                "result as an object",
                new FunctionResultContent("1", new Dictionary<string, object?> { ["a"] = 1 }),
                3 // with the white space that the framework writes
            ),
            Case(
                "result as content",
                new FunctionResultContent("1", new AIContent[] { new TextContent("fourfour") }),
                2
            ),
            Case("no result", new FunctionResultContent("1", null), 0),
            Case("usage", new UsageContent(new UsageDetails { InputTokenCount = 99 }), 0),
        ];

    [Test]
    public void Instructions_tools_and_the_schema_of_the_reply_count()
    {
        var tool = AIFunctionFactory.Create((string city) => city, "weather", "Tells the weather.");
        var schema = JsonSerializer.SerializeToElement(new { type = "object" });
        var options = new ChatOptions
        {
            Instructions = "fourfour",
            Tools = [tool, new HostedWebSearchTool()],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(schema),
        };
        long Quarter(int length) => (length + 3) / 4;
        var expected =
            2
            + Quarter("weather".Length)
            + Quarter("Tells the weather.".Length)
            + Quarter(tool.JsonSchema.GetRawText().Length)
            + Quarter("web_search".Length)
            + Quarter(schema.GetRawText().Length);

        Assert.That(Tokens.Of([], options), Is.EqualTo(expected));
        Assert.That(Tokens.Of([], options), Is.EqualTo(expected), "a tool that was counted before counts the same");
    }

    private static TestCaseData Case(string name, AIContent content, long tokens) =>
        new TestCaseData(content, tokens).SetArgDisplayNames(name);
}
