using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Watches what one call brings: the usage that is reported, and a count of our own for where none is.</summary>
/// <remarks>Counting never fails a call that has run: where the estimator throws, the count stays behind.</remarks>
internal sealed class ChatMeter(ContentTokens tokens, long countedInput, UsageAggregation aggregation, ILogger log)
{
    private UsageTally _usage;
    private long _countedOutput;
    private bool _estimatorFailed;

    /// <summary>Whether anything came at all.</summary>
    public bool HasAny { get; private set; }

    public bool HasUsage => !_usage.IsEmpty;

    /// <summary>The model that answered, where it says so.</summary>
    public string? Answered { get; private set; }

    public void Add(ChatResponse? response)
    {
        HasAny = true;
        if (response is null)
        {
            return;
        }

        Answered = response.ModelId;
        _usage = UsageTally.Of(response.Usage);
        if (_usage.LacksOutput)
        {
            foreach (var message in response.Messages)
            {
                Count(message.Contents);
            }
        }
    }

    public void Add(ChatResponseUpdate? update)
    {
        HasAny = true;
        if (update is null)
        {
            return;
        }

        Answered = update.ModelId ?? Answered;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent usage)
            {
                _usage.Add(usage.Details, aggregation);
            }
        }

        Count(contents);
    }

    /// <summary>Commits what was reported, in parts counted where it was reported in parts; the estimate without any.</summary>
    public ValueTask CommitAsync(ModelCall call)
    {
        if (_usage.IsEmpty)
        {
            return call.CommitEstimateAsync(Answered);
        }

        var used = _usage.Resolve(new TokenCounts(countedInput, 0, _countedOutput), out var isComplete);
        if (call.Caps?.MaxTokens is { } cap && used.Output > cap)
        {
            AdapterLog.CapExceeded(log, call.Model, cap, used.Output);
        }

        return call.CommitAsync(used, isComplete ? ActualSource.Reported : ActualSource.Counted, Answered);
    }

    /// <summary>Commits what was sent and what came through.</summary>
    public ValueTask CommitCountedAsync(ModelCall call) =>
        call.CommitAsync(new TokenCounts(countedInput, 0, _countedOutput), ActualSource.Counted, Answered);

    private void Count(IList<AIContent> contents)
    {
        try
        {
            _countedOutput += tokens.Of(contents);
        }
        catch (Exception e) when (!_estimatorFailed)
        {
            _estimatorFailed = true;
            AdapterLog.EstimatorFailed(log, e);
        }
        catch (Exception)
        {
            // Told once.
        }
    }
}
