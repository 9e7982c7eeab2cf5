using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>
/// The numbers of one call's usage, copied out of objects that others go on changing: a function-invoking client adds
/// later turns into the first one's usage.
/// </summary>
internal struct UsageTally
{
    private long _input;
    private long _cached;
    private long _output;

    /// <summary>Reasoning that may be part of the output or not; only the total can tell.</summary>
    private long _reasoning;
    private long _total;

    /// <summary>Whether nothing but zeros was reported.</summary>
    public readonly bool IsEmpty => (_input | _cached | _output | _total) == 0;

    /// <summary>Whether the output has to be counted here, because neither it nor a total was reported.</summary>
    public readonly bool LacksOutput => IsEmpty || (_output == 0 && _total < _input);

    public static UsageTally Of(UsageDetails? usage)
    {
        var tally = default(UsageTally);
        tally.Add(usage, UsageAggregation.Sum);
        return tally;
    }

    public void Add(UsageDetails? usage, UsageAggregation aggregation)
    {
        if (usage is null)
        {
            return;
        }

        var (output, reasoning) = (Known(usage.OutputTokenCount), Known(usage.ReasoningTokenCount));
        _input = Next(_input, Known(usage.InputTokenCount), aggregation);
        _cached = Next(_cached, Known(usage.CachedInputTokenCount), aggregation);
        _output = Next(_output, Whole(output, reasoning), aggregation);
        _reasoning = Next(_reasoning, PartOf(output, reasoning), aggregation);
        _total = Next(_total, Known(usage.TotalTokenCount), aggregation);
    }

    /// <summary>
    /// What to price. A side that was not reported comes from the total; a total alone is all output, which costs more, and
    /// so is what the total has beyond both sides, unless a part of one was counted apart; without any report it is what
    /// was counted.
    /// </summary>
    /// <param name="counted">What was counted on this side of the wire, for what the total does not say either.</param>
    /// <param name="isComplete">Whether all of it was reported, each token on its side.</param>
    public readonly TokenCounts Resolve(TokenCounts counted, out bool isComplete)
    {
        var (input, output) = (Whole(_input, _cached), _output);
        isComplete = !IsEmpty;
        if (input == 0 && output == 0)
        {
            return IsEmpty ? counted : new TokenCounts(0, 0, _total);
        }

        if (input == 0)
        {
            isComplete = _total > output;
            input = isComplete ? _total - output : counted.Input;
        }
        else if (output == 0 && _total != input)
        {
            isComplete = _total > input;
            output = isComplete ? _total - input : counted.Output;
        }

        var beyond = _total - Sum(input, output);
        if (beyond > 0)
        {
            var cached = PartOf(_input, _cached);
            var isBoth = beyond == Sum(cached, _reasoning);
            var ofInput = isBoth || (beyond == cached && beyond != _reasoning) ? cached : 0;
            isComplete = isBoth || beyond == cached || beyond == _reasoning;
            input += ofInput;
            output += beyond - ofInput;
        }

        return new TokenCounts(input, _cached, output);
    }

    /// <summary>What embeddings cost: all of it is input.</summary>
    public readonly TokenCounts ResolveInput() => new(Math.Max(_input, _total), _cached, 0);

    /// <summary>No part is more than its whole: a provider that reports so has counted it apart.</summary>
    private static long Whole(long reported, long part) => part > reported ? Sum(reported, part) : reported;

    /// <summary>What of a part its whole may have in it; none where it was counted apart for sure.</summary>
    private static long PartOf(long reported, long part) => part > reported ? 0 : part;

    private static long Known(long? reported) => Math.Max(reported ?? 0, 0);

    private static long Next(long known, long reported, UsageAggregation aggregation) =>
        aggregation == UsageAggregation.Cumulative ? Math.Max(known, reported) : Sum(known, reported);

    private static long Sum(long one, long other) => one > long.MaxValue - other ? long.MaxValue : one + other;
}
