using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI.Tests.Runs;

/// <summary>Calls that cost more than they hold: an answer of one token is expected, and ten come.</summary>
internal static class BriefCalls
{
    public static async Task AskBrieflyAsync(this IChatClient agent, bool streaming, string? model = null)
    {
        var options = new ChatOptions { MaxOutputTokens = 1, ModelId = model };
        _ = streaming
            ? await agent.GetStreamingResponseAsync("Go.", options).ToChatResponseAsync()
            : await agent.GetResponseAsync("Go.", options);
    }
}
