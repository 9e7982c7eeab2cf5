using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Watches what one call brings: the usage that is reported, and a count of our own for where none is.</summary>
/// <remarks>Counting never fails a call that has run: where the estimator throws, the count stays behind.</remarks>
internal sealed class ChatMeter(ContentTokens tokens, long countedInput, UsageAggregation aggregation, ILogger log)
{
    /// <summary>
    /// How many times what was reported may be counted before the report can't be all of it. Update by update a text is
    /// counted as several times its tokens, more so in other scripts than Latin; what was cut has reported next to nothing.
    /// </summary>
    private const int EstimatorFactor = 8;
    private const int EstimatorSlack = 64;

    private UsageTally _usage;
    private long _countedOutput;
    private bool _estimatorFailed;

    /// <summary>Whether usage was reported once the model was done, so that it is all of it.</summary>
    private bool _hasFinalUsage;

    /// <summary>Whether anything came at all.</summary>
    private bool _hasAny;

    /// <summary>Whether the model goes on where nobody reads, for whoever comes back with a token.</summary>
    private bool _goesOn;

    /// <summary>Whether the model said that it is done. Some providers report the usage behind that.</summary>
    public bool HasFinished { get; private set; }

    /// <summary>The model that answered, where it says so.</summary>
    public string? Answered { get; private set; }

    public void Add(ChatResponse? response)
    {
        _hasAny = true;
        if (response is null)
        {
            return;
        }

        Answered = response.ModelId;

        // What it has used when it goes on in the background is not what it will have used.
        _usage = response.ContinuationToken is null ? UsageTally.Of(response.Usage) : default;
        if (_usage.LacksOutput)
        {
            foreach (var message in response.Messages)
            {
                Count(message?.Contents ?? []);
            }
        }
    }

    public void Add(ChatResponseUpdate? update)
    {
        _hasAny = true;
        if (update is null)
        {
            return;
        }

        Answered = update.ModelId ?? Answered;
        HasFinished |= update.FinishReason is not null;
        _goesOn = update.ContinuationToken is not null;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent usage)
            {
                _usage.Add(usage.Details, aggregation);
                _hasFinalUsage |= HasFinished && !UsageTally.Of(usage.Details).IsEmpty;
            }
        }

        Count(contents);
    }

    /// <summary>
    /// Commits what was reported, in parts counted where it was reported in parts; without any the estimate, or what came
    /// through where that is more.
    /// </summary>
    public ValueTask CommitAsync(ModelCall call) => CommitAsync(call, leastOutput: 0);

    /// <summary>
    /// Settles a stream, however it ended. Output that was reported before the model was done is not all of it: some
    /// providers report the input at the start and the output at the end, and some clients end without an error where the
    /// connection was cut.
    /// </summary>
    public ValueTask EndAsync(ModelCall call, StreamEnd end, BrokenStreamCharge broken)
    {
        if (_goesOn && !_hasFinalUsage)
        {
            // Whoever comes back with the token reads its rest for nothing.
            return CommitEstimateOrMoreAsync(call);
        }

        if (end == StreamEnd.Completed || _hasFinalUsage)
        {
            var isCut =
                !HasFinished && _countedOutput > EstimatorFactor * Used(leastOutput: 0, out _).Output + EstimatorSlack;
            return CommitAsync(call, isCut ? _countedOutput : 0);
        }

        if (broken == BrokenStreamCharge.Release ? _usage.IsEmpty : !_hasAny)
        {
            return call.ReleaseAsync(end == StreamEnd.Failed ? "action_failed" : "stream_broken_off");
        }

        return broken switch
        {
            BrokenStreamCharge.Release => CommitAsync(call),
            BrokenStreamCharge.CommitEstimate => CommitEstimateOrMoreAsync(call),
            _ => CommitAsync(call, Used(_countedOutput, out _), ActualSource.Counted),
        };
    }

    /// <summary>Commits the estimate, or what was observed where that is more.</summary>
    private ValueTask CommitEstimateOrMoreAsync(ModelCall call)
    {
        var observed = Used(_countedOutput, out _);
        if (call.CostOf(observed, Answered) is not { } cost || cost.Value <= call.Estimate.Value)
        {
            return call.CommitEstimateAsync(Answered);
        }

        AdapterLog.UsageMissing(log, call.Model, cost);
        return CommitAsync(call, observed, ActualSource.Counted);
    }

    private ValueTask CommitAsync(ModelCall call, long leastOutput) =>
        _usage.IsEmpty
            ? CommitEstimateOrMoreAsync(call)
            : CommitAsync(
                call,
                Used(leastOutput, out var isReported),
                isReported ? ActualSource.Reported : ActualSource.Counted
            );

    private ValueTask CommitAsync(ModelCall call, TokenCounts used, ActualSource source)
    {
        if (call.Caps?.MaxTokens is { } cap && used.Output > cap)
        {
            AdapterLog.CapExceeded(log, call.Model, cap, used.Output);
        }

        return call.CommitAsync(used, source, Answered);
    }

    private TokenCounts Used(long leastOutput, out bool isReported)
    {
        var used = _usage.Resolve(new TokenCounts(countedInput, 0, _countedOutput), out isReported);
        isReported &= used.Output >= leastOutput;
        return used with { Output = Math.Max(used.Output, leastOutput) };
    }

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
