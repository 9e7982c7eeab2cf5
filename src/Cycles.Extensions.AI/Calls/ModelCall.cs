namespace Cycles.Extensions.AI;

/// <summary>One model call with its hold, settled by what the model used.</summary>
internal sealed class ModelCall(ModelCalls calls, CallHold call, ModelCost cost)
{
    /// <summary>What the protocol takes for a version.</summary>
    private const int MaxVersionLength = 128;

    private readonly long _started = calls.Time.GetTimestamp();
    private readonly CyclesRun? _run = CyclesRun.Current;
    private int _passedOn;

    /// <summary>What the call keeps to; may be stricter than the authority's.</summary>
    public Caps? Caps { get; set; } = call.Caps;

    /// <summary>Whether it took a step of its run.</summary>
    public bool IsStep { get; set; }

    public Amount Estimate => call.Estimate;

    public string Model => cost.Model;

    /// <summary>What tokens cost; null where they have no price.</summary>
    public Amount? CostOf(TokenCounts tokens, string? answered) => cost.ActualOf(tokens, answered);

    /// <summary>Commits the price of tokens; the estimate where they have none.</summary>
    public ValueTask CommitAsync(TokenCounts tokens, ActualSource source, string? answered)
    {
        var metrics = Metrics(answered) with { TokensInput = tokens.Input, TokensOutput = tokens.Output };
        return CostOf(tokens, answered) is { } actual
            ? call.CommitAsync(actual, source, metrics)
            : call.CommitAsync(call.Estimate, ActualSource.Estimate, metrics);
    }

    /// <summary>Commits the whole estimate, because nobody knows better.</summary>
    public ValueTask CommitEstimateAsync(string? answered)
    {
        AdapterLog.UsageMissing(calls.Log, Model, call.Estimate);
        return CommitUnmeasuredAsync(answered);
    }

    /// <summary>Commits the whole estimate of work whose cost is known not to show.</summary>
    public ValueTask CommitUnmeasuredAsync(string? answered) =>
        call.CommitAsync(call.Estimate, ActualSource.Estimate, Metrics(answered));

    public ValueTask ReleaseAsync(string reason) => call.ReleaseAsync(reason);

    /// <summary>Gives the hold back before the call has run.</summary>
    public ValueTask RefuseAsync(string reason) => call.RefuseAsync(reason);

    /// <summary>Another guard counts it as a call, and as a step, of the run; once, where that one tries again.</summary>
    public void PassOn()
    {
        if (_run is null || Interlocked.Exchange(ref _passedOn, 1) != 0)
        {
            return;
        }

        _run.Tally.Refused(call.Call);
        if (IsStep)
        {
            _run.Limits.Steps.GiveBack();
        }
    }

    private CyclesMetrics Metrics(string? answered) =>
        new()
        {
            LatencyMs = (long)calls.Time.GetElapsedTime(_started).TotalMilliseconds,
            ModelVersion = answered is { Length: > MaxVersionLength } ? answered[..MaxVersionLength] : answered,
        };
}
