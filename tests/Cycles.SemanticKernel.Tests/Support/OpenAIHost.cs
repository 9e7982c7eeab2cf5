using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Cycles.Extensions.AI.Tests.Neighbours;
using Microsoft.AspNetCore.Http;
using OpenAI;

namespace Cycles.SemanticKernel.Tests;

/// <summary>
/// A loopback endpoint that speaks OpenAI's API, for the real connector: asks for the functions of one turn after the
/// other, then answers, whole or streamed as it is asked; fails from a turn on that asks for "broken". Each turn uses ten
/// tokens in and five out.
/// </summary>
public sealed class OpenAIHost(ProviderHost host, string[][] turns) : IAsyncDisposable
{
    private const string Usage =
        """{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4}}""";

    private int _turn;

    /// <summary>The arguments of each call, as JSON.</summary>
    public string Arguments { get; init; } = "{}";

    public IReadOnlyList<string> Asked => [.. host.Asked];

    /// <summary>What functions the model was offered, turn by turn.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Offered =>
        [
            .. host.Asked.Select(body =>
            {
                using var json = JsonDocument.Parse(body);
                return json.RootElement.TryGetProperty("tools", out var tools)
                    ? tools
                        .EnumerateArray()
                        .Select(tool => tool.GetProperty("function").GetProperty("name").GetString()!)
                        .ToList()
                    : (IReadOnlyList<string>)[];
            }),
        ];

    public static async Task<OpenAIHost> StartAsync(string arguments, params string[][] turns)
    {
        var host = await ProviderHost.StartAsync();
        var api = new OpenAIHost(host, turns) { Arguments = arguments };
        host.Answer = api.AnswerAsync;
        return api;
    }

    public OpenAIClient Client() =>
        new(
            new ApiKeyCredential("not-a-key"),
            new OpenAIClientOptions { Endpoint = host.Url, RetryPolicy = new ClientRetryPolicy(0) }
        );

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private async Task AnswerAsync(HttpResponse response)
    {
        var calls = _turn < turns.Length ? turns[_turn] : [];
        _turn++;
        if (calls is ["broken"])
        {
            // From here on, so that nothing is left to answer with.
            _turn--;
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await response.WriteAsync(CrmPlugin.Fault);
            return;
        }

        if (!host.Asked.Last().Contains("\"stream\":true", StringComparison.Ordinal))
        {
            response.ContentType = "application/json";
            await response.WriteAsync(
                $$"""{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{{Message(calls)}},"finish_reason":"{{Reason(calls)}}"}],"usage":{{Usage}}}"""
            );
            return;
        }

        response.ContentType = "text/event-stream";
        await WriteAsync(response, $$"""[{"index":0,"delta":{{Message(calls)}},"finish_reason":null}]""");
        await WriteAsync(response, $$"""[{"index":0,"delta":{},"finish_reason":"{{Reason(calls)}}"}]""");
        await WriteAsync(response, "[]", Usage);
        await response.WriteAsync("data: [DONE]\n\n");
    }

    private static Task WriteAsync(HttpResponse response, string choices, string usage = "null") =>
        response.WriteAsync(
            $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":{{choices}},"usage":{{usage}}}"""
                + "\n\n"
        );

    private static string Reason(string[] calls) => calls.Length > 0 ? "tool_calls" : "stop";

    private string Message(string[] calls)
    {
        if (calls.Length == 0)
        {
            return """{"role":"assistant","content":"done"}""";
        }

        var arguments = JsonSerializer.Serialize(Arguments);
        var sent = calls.Select(
            (name, i) =>
                $$"""{"index":{{i}},"id":"call-{{i}}","type":"function","function":{"name":"{{name}}","arguments":{{arguments}} } }"""
        );
        return $$"""{"role":"assistant","content":null,"tool_calls":[{{string.Join(',', sent)}}]}""";
    }
}
