using Anthropic;
using Cycles.Extensions.AI.Tests.Chat;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Neighbours;

public sealed class AnthropicTests : NeighbourFixture
{
    /// <summary>Ten fresh tokens and two written to a cache, four read from it, five of output.</summary>
    private const long Cost = 12 * 100 + 4 * 50 + 5 * 200;

    private const string Reported =
        """{"input_tokens":10,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,"output_tokens":5}""";

    [Test]
    public async Task A_whole_answer_costs_its_usage()
    {
        Spends(Cost);
        Provider.Answers(
            """{"id":"msg","type":"message","role":"assistant","model":"m-20260401","content":[{"type":"text","text":"canary-5d1f"}],"stop_reason":"end_turn","stop_sequence":null,"usage":"""
                + Reported
                + "}"
        );

        var response = await Guarded().GetResponseAsync(Ask());

        Assert.That(response.Text, Is.EqualTo(Canary));
        Assert.That(Create.Action.Name, Is.EqualTo("m"));
        Assert.That(Commit.Metrics!.ModelVersion, Is.EqualTo("m-20260401"));
    }

    [Test]
    public async Task A_stream_costs_its_usage()
    {
        Spends(Cost);
        Provider.Streams([.. Start, Part, Part, .. End]);

        Assert.That(await ReadAsync(Guarded()), Is.EqualTo(Canary + Canary));
        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_consumer_that_stops_at_the_finish_reason_still_pays_the_usage()
    {
        Spends(Cost);
        Provider.Streams([.. Start, Part, .. End]);

        await ReadToFinishAsync(Guarded());

        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_stream_that_is_broken_off_costs_what_came_through()
    {
        Spends(CountedInput + CountedPart);
        Provider.Streams([.. Start, Part, Part, .. End]);

        await ReadAsync(Guarded(), texts: 1);
    }

    [Test]
    public async Task A_stream_that_breaks_costs_what_came_through()
    {
        Spends(CountedInput + CountedPart);
        Provider.Streams([.. Start, Part], breaks: true);

        await Assert.CatchAsync<IOException>(async () => await ReadAndBreakAsync(Guarded(), texts: 1));

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
    }

    [Test]
    public async Task A_stream_that_breaks_behind_its_finish_reason_costs_what_came_through()
    {
        Spends(CountedInput + CountedPart);
        Provider.Streams([.. Start, Part, .. End[..2]], breaks: true);

        await Assert.CatchAsync<IOException>(async () => await ReadAndBreakAsync(Guarded(), texts: 1));

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
    }

    /// <summary>The client ends without an error then, with the usage of the start: all of the input, a token of output.</summary>
    [Test]
    public async Task A_stream_that_is_cut_between_two_events_costs_no_less_than_what_came_through()
    {
        Spends(12 * 100 + 4 * 50 + 90 * 200);
        Provider.Streams([.. Start, .. Enumerable.Repeat(Part, 30)]);

        await ReadAsync(Guarded());

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("counted"));
    }

    [Test]
    public async Task A_denied_call_is_not_sent()
    {
        Ledger.Administer("acme").Freeze("tenant:acme", Budget.Unit);

        await Assert.CatchAsync<BudgetDeniedException>(async () => await Guarded().GetResponseAsync(Ask()));
        await Assert.CatchAsync<BudgetDeniedException>(async () => await ReadAsync(Guarded()));

        Assert.That(Provider.Asked, Is.Empty);
    }

    [Test]
    public async Task A_refusal_of_the_provider_costs_nothing()
    {
        Provider.Answer = response =>
        {
            response.StatusCode = 529;
            return Task.CompletedTask;
        };

        await Assert.CatchAsync(async () => await Guarded().GetResponseAsync(Ask()));

        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
    }

    [Test]
    public async Task A_capped_call_is_sent_with_the_cap()
    {
        Spends(Cost);
        Cap(new Caps { MaxTokens = 20, ToolAllowlist = ["find"] });
        Provider.Streams([.. Start, Part, .. End]);

        await Guarded()
            .GetStreamingResponseAsync(Ask(), new ChatOptions { Tools = [Tool("find"), Tool("send")] })
            .ToListAsync();

        Assert.That(
            Provider.Asked.Single(),
            Does.Contain("\"max_tokens\":20").And.Contain("\"find\"").And.Not.Contain("\"send\"")
        );
    }

    private static string[] Start =>
        [
            Event(
                "message_start",
                """{"type":"message_start","message":{"id":"msg","type":"message","role":"assistant","model":"m-20260401","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,"output_tokens":1}}}"""
            ),
            Event(
                "content_block_start",
                """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""
            ),
        ];

    private static string Part =>
        Event(
            "content_block_delta",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"canary-5d1f"}}"""
        );

    private static string[] End =>
        [
            Event("content_block_stop", """{"type":"content_block_stop","index":0}"""),
            Event(
                "message_delta",
                """{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":"""
                    + Reported
                    + "}"
            ),
            Event("message_stop", """{"type":"message_stop"}"""),
        ];

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}";

    private IChatClient Guarded() =>
        Guard(
            new AnthropicClient
            {
                ApiKey = "not-a-key",
                BaseUrl = Provider.Url.ToString(),
                MaxRetries = 0,
            }.AsIChatClient("m", 100)
        );
}
