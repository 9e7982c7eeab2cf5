using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>Counts what a request and a reply are made of, through an estimator that sees only text.</summary>
internal sealed class ContentTokens(ITokenEstimator estimator, long tokensPerAttachment)
{
    /// <summary>A mark where it starts, a role, a mark behind that and one where it ends, each a token, as in OpenAI's chat format.</summary>
    private const long TokensPerMessage = 4;

    /// <summary>A tool's schema is written anew for each count, and does not change.</summary>
    private readonly ConditionalWeakTable<AITool, object> _tools = new();

    /// <summary>What is sent: messages, instructions, tools and the schema of the reply.</summary>
    public long Of(IList<ChatMessage> messages, ChatOptions? options)
    {
        var tokens = 0L;
        for (var i = 0; i < messages.Count; i++)
        {
            tokens += TokensPerMessage + Of(messages[i].Contents);
        }

        return options is null ? tokens : tokens + Of(options);
    }

    public long Of(IList<AIContent> contents)
    {
        var tokens = 0L;
        for (var i = 0; i < contents.Count; i++)
        {
            tokens += Of(contents[i]);
        }

        return tokens;
    }

    public long Of(object? value) =>
        value switch
        {
            null => 0,
            string text => estimator.CountTokens(text),
            TextContent text => estimator.CountTokens(text.Text),
            TextReasoningContent reasoning => estimator.CountTokens(reasoning.Text),
            FunctionCallContent call => estimator.CountTokens(call.Name) + Of(call.Arguments),
            FunctionResultContent result => Of(result.Result),
            DataContent data when data.HasTopLevelMediaType("text") => data.Data.Length / 3 + 1,
            DataContent or UriContent or HostedFileContent => tokensPerAttachment,
            AIContent => 0,
            IEnumerable<AIContent> contents => contents.Sum(Of),
            JsonElement json => estimator.CountTokens(json.ToString()),
            _ => estimator.CountTokens(Text(value)),
        };

    private long Of(ChatOptions options)
    {
        var tokens = Of(options.Instructions);
        if (options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema })
        {
            tokens += Of(schema);
        }

        if (options.Tools is { } tools)
        {
            for (var i = 0; i < tools.Count; i++)
            {
                tokens += Of(tools[i]);
            }
        }

        return tokens;
    }

    private long Of(AITool tool)
    {
        if (_tools.TryGetValue(tool, out var known))
        {
            return (long)known;
        }

        var tokens = estimator.CountTokens(tool.Name) + estimator.CountTokens(tool.Description);
        if (tool is AIFunctionDeclaration function)
        {
            tokens += Of(function.JsonSchema);
        }

        _tools.AddOrUpdate(tool, tokens);
        return tokens;
    }

    private long Of(IDictionary<string, object?>? arguments)
    {
        var tokens = 0L;
        if (arguments is not null)
        {
            foreach (var (name, value) in arguments)
            {
                tokens += estimator.CountTokens(name) + Of(value);
            }
        }

        return tokens;
    }

    /// <summary>As the provider will write it, where that is known without reflection.</summary>
    private static string Text(object value) =>
        AIJsonUtilities.DefaultOptions.TryGetTypeInfo(value.GetType(), out var type)
            ? JsonSerializer.Serialize(value, type)
            : value.ToString() ?? "";
}
