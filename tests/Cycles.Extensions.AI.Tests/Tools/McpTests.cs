using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Tools of a real MCP server, over pipes.</summary>
public sealed class McpTests : ToolFixture
{
    private McpServer _server = null!;
    private McpClient _client = null!;
    private Task _serving = null!;
    private int _calls;

    [SetUp]
    public async Task Connect()
    {
        _calls = 0;
        var (toServer, toClient) = (new Pipe(), new Pipe());
        string Search(string text)
        {
            _calls++;
            return text == "break" ? throw new InvalidOperationException("The server broke.") : $"found {text}";
        }

        _server = McpServer.Create(
            new StreamServerTransport(toServer.Reader.AsStream(), toClient.Writer.AsStream()),
            new McpServerOptions { ToolCollection = [McpServerTool.Create(Search, new() { Name = "search" })] }
        );
        _serving = _server.RunAsync();
        _client = await McpClient.CreateAsync(
            new StreamClientTransport(toServer.Writer.AsStream(), toClient.Reader.AsStream())
        );
    }

    [TearDown]
    public async Task Disconnect()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        await _serving;
    }

    [Test]
    public async Task A_tool_of_a_server_is_guarded_like_any_other()
    {
        Spends(50);
        var tool = await GuardedAsync(50);

        var result = await CallAsync(tool, "it");

        Assert.That(((TextContent)result!).Text, Is.EqualTo("found it"));
        Assert.That(Authority.Creates.Single().Action.Name, Is.EqualTo("search"));
    }

    [Test]
    public async Task A_denied_tool_never_reaches_its_server()
    {
        var result = await CallAsync(await GuardedAsync(1_001), "it");

        Assert.That(result, Does.Contain("BUDGET_EXCEEDED"));
        Assert.That(_calls, Is.Zero);
    }

    [TestCase(false, 0)]
    [TestCase(true, 50)]
    public async Task A_tool_that_returns_an_error_has_failed(bool hasSideEffects, long spends)
    {
        Spends(spends);
        var tool = await GuardedAsync(50, hasSideEffects);

        var result = await CallAsync(tool, "break");

        Assert.That(
            ((JsonElement)result!).GetProperty("isError").GetBoolean(),
            Is.True,
            "the model sees what it would see"
        );
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public async Task In_the_tool_loop_the_model_reads_the_denial()
    {
        var model = new ScriptedModel(["search"]) { Arguments = { ["text"] = "it" } };
        using var loop = model.AsBuilder().UseFunctionInvocation().Build();
        var tools = (await _client.ListToolsAsync()).WithCycles(
            Cycles,
            o =>
            {
                o["search"].Estimate = Amount.RiskPoints(1_001);
                o["search"].WhenDenied = DenialMode.Terminate;
            }
        );

        var response = await loop.GetResponseAsync("Search.", new ChatOptions { Tools = tools });

        Assert.That(model.Calls, Is.EqualTo(1));
        Assert.That(
            response.Messages[^1].Contents.OfType<FunctionResultContent>().Single().Result,
            Does.Contain("denied")
        );
        Assert.That(_calls, Is.Zero);
    }

    private async Task<AIFunction> GuardedAsync(long points, bool hasSideEffects = false) =>
        (await _client.ListToolsAsync())
            .Single()
            .WithCycles(
                Cycles,
                o =>
                {
                    o.Estimate = Amount.RiskPoints(points);
                    o.HasSideEffects = hasSideEffects;
                }
            );

    private static ValueTask<object?> CallAsync(AIFunction tool, string text) =>
        tool.InvokeAsync(new AIFunctionArguments { ["text"] = text });
}
