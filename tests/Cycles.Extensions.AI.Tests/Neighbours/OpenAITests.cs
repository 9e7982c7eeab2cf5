using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Cycles.Extensions.AI.Tests.Chat;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Cycles.Extensions.AI.Tests.Neighbours;

public sealed class OpenAITests : NeighbourFixture
{
    /// <summary>Six fresh tokens, four cached ones, five of output.</summary>
    private const long Cost = 6 * 100 + 4 * 50 + 5 * 200;

    private const string Reported =
        """{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4}}""";

    [Test]
    public async Task A_whole_answer_costs_its_usage()
    {
        Spends(Cost);
        Provider.Answers(
            """{"id":"c","object":"chat.completion","created":1,"model":"m-2026-04-01","choices":[{"index":0,"message":{"role":"assistant","content":"canary-5d1f"},"finish_reason":"stop"}],"usage":"""
                + Reported
                + "}"
        );

        var response = await Guarded().GetResponseAsync(Ask());

        Assert.That(response.Text, Is.EqualTo(Canary));
        Assert.That(Create.Action.Name, Is.EqualTo("m"));
        Assert.That(Commit.Metrics!.ModelVersion, Is.EqualTo("m-2026-04-01"));
    }

    [Test]
    public async Task A_stream_costs_the_usage_behind_its_finish_reason()
    {
        Spends(Cost);
        Provider.Streams([Part, Part, Stop, UsageChunk, "data: [DONE]"]);

        Assert.That(await ReadAsync(Guarded()), Is.EqualTo(Canary + Canary));
        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_consumer_that_stops_at_the_finish_reason_still_pays_the_usage()
    {
        Spends(Cost);
        Provider.Streams([Part, Stop, UsageChunk, "data: [DONE]"]);

        await ReadToFinishAsync(Guarded());

        Assert.That(Commit.Metadata, Is.Null);
    }

    [Test]
    public async Task A_stream_that_is_broken_off_costs_what_came_through()
    {
        Spends(CountedInput + CountedPart);
        Provider.Streams([Part, Part, Stop, UsageChunk, "data: [DONE]"]);

        await ReadAsync(Guarded(), texts: 1);
    }

    [Test]
    public async Task A_stream_that_breaks_costs_what_came_through()
    {
        Spends(CountedInput + 2 * CountedPart);
        Provider.Streams([Part, Part], breaks: true);

        await Assert.CatchAsync(async () => await ReadAndBreakAsync(Guarded(), texts: 2));

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

    /// <summary>The client ends without an error then.</summary>
    [Test]
    public async Task A_stream_that_is_cut_between_two_events_costs_the_estimate()
    {
        Provider.Streams([Part, Part]);

        Assert.That(await ReadAsync(Guarded()), Is.EqualTo(Canary + Canary));

        Spends(Create.Estimate.Value);
        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
    }

    [Test]
    public async Task A_refusal_of_the_provider_costs_nothing()
    {
        Provider.Answer = response =>
        {
            response.StatusCode = 429;
            return Task.CompletedTask;
        };

        await Assert.CatchAsync<ClientResultException>(async () => await Guarded().GetResponseAsync(Ask()));

        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
        Assert.That(Provider.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_provider_is_sent_only_what_the_caps_leave()
    {
        Spends(Cost);
        Cap(new Caps { MaxTokens = 20, ToolDenylist = ["send"] });
        Provider.Streams([Part, Stop, UsageChunk, "data: [DONE]"]);

        await Guarded()
            .GetStreamingResponseAsync(
                Ask(),
                new ChatOptions
                {
                    Tools = [Tool("find"), Tool("send")],
                    ToolMode = ChatToolMode.RequireSpecific("send"),
                }
            )
            .ToListAsync();

        using var asked = JsonDocument.Parse(Provider.Asked.Single());
        var sent = asked.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(sent.GetProperty("max_completion_tokens").GetInt32(), Is.EqualTo(20));
            Assert.That(sent.GetProperty("tools").GetArrayLength(), Is.EqualTo(1));
            Assert.That(sent.GetProperty("tool_choice").GetString(), Is.EqualTo("auto"));
        });
    }

    [Test]
    public async Task The_provider_takes_a_request_whose_tools_are_all_hidden()
    {
        Spends(Cost);
        Cap(new Caps { MaxStepsRemaining = 0 });
        Provider.Streams([Part, Stop, UsageChunk, "data: [DONE]"]);

        await Guarded()
            .GetStreamingResponseAsync(
                Ask(),
                new ChatOptions
                {
                    Tools = [Tool("find")],
                    ToolMode = ChatToolMode.RequireAny,
                    AllowMultipleToolCalls = true,
                }
            )
            .ToListAsync();

        Assert.That(
            Provider.Asked.Single(),
            Does.Not.Contain("\"tools\"").And.Not.Contain("tool_choice").And.Not.Contain("parallel_tool_calls")
        );
    }

    [Test]
    public async Task An_embedding_costs_its_usage()
    {
        Spends(900);
        Provider.Answers(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPw=="}],"model":"m","usage":{"prompt_tokens":9,"total_tokens":9}}"""
        );
        using var guard = Client()
            .GetEmbeddingClient("m")
            .AsIEmbeddingGenerator()
            .WithCycles(Cycles, options => options.Prices.Add("m", 1, 0));

        var embeddings = await guard.GenerateAsync([Canary]);

        Assert.That(embeddings.Single().Vector.ToArray(), Is.EqualTo([1f]));
        Assert.That(Create.Action, Is.EqualTo(new CyclesAction("llm.embedding", "m")));
    }

    private static string Part => Chunk("""[{"index":0,"delta":{"role":"assistant","content":"canary-5d1f"}}]""");

    private static string Stop => Chunk("""[{"index":0,"delta":{},"finish_reason":"stop"}]""");

    private static string UsageChunk => Chunk("[]", Reported);

    private static string Chunk(string choices, string usage = "null") =>
        $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":{{choices}},"usage":{{usage}}}""";

    private IChatClient Guarded() => Guard(Client().GetChatClient("m").AsIChatClient());

    private OpenAIClient Client() =>
        new(
            new ApiKeyCredential("not-a-key"),
            new OpenAIClientOptions { Endpoint = Provider.Url, RetryPolicy = new ClientRetryPolicy(0) }
        );
}
