using System.Diagnostics;

namespace Cycles;

/// <summary>One attempt that somebody watches: a span, if it is sampled, and its duration.</summary>
internal sealed class ObservedAttempt
{
    private readonly Activity? _activity;
    private readonly string _operation;
    private readonly string? _actionKind;
    private readonly string? _unit;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private string? _decision;
    private string? _reason;

    private ObservedAttempt(TimeProvider clock, string operation, CyclesAction? action, AmountUnit? unit)
    {
        _clock = clock;
        _operation = operation;
        _actionKind = action?.Kind;
        _unit = unit is { } known ? ClientTelemetry.NameOf(known) : null;

        // The protocol's events are no span of their own; they stand in the span of whoever records them.
        _activity =
            operation == TelemetryNames.Event
                ? null
                : ClientTelemetry.Activities.StartActivity(operation, ActivityKind.Client);
        _start = _clock.GetTimestamp();
    }

    /// <summary>Watches an attempt; its outcome is what it would be unwatched.</summary>
    /// <param name="clock">The client's, which tells how long it took.</param>
    /// <param name="operation">Its name.</param>
    /// <param name="action">What it is for, where that is known.</param>
    /// <param name="unit">What it counts, where that is known.</param>
    /// <param name="send">Makes the attempt.</param>
    /// <param name="describe">Adds to the span what the request and a success say.</param>
    public static async ValueTask<CyclesResponse<T>> RunAsync<T>(
        TimeProvider clock,
        string operation,
        CyclesAction? action,
        AmountUnit? unit,
        Func<ValueTask<CyclesResponse<T>>> send,
        Action<ObservedAttempt, T?> describe
    )
        where T : class
    {
        var attempt = Start(clock, operation, action, unit);
        try
        {
            var response = await send().ConfigureAwait(false);
            attempt?.End(() =>
            {
                describe(attempt, response.Value);
                attempt.Answered(response.Status, response.Error, response.Metadata);
            });
            return response;
        }
        catch (Exception e)
        {
            attempt?.End(() =>
            {
                describe(attempt, null);
                attempt.Failed(e);
            });
            throw;
        }
    }

    /// <summary>Whoever listens may throw; then nobody watches.</summary>
    private static ObservedAttempt? Start(TimeProvider clock, string operation, CyclesAction? action, AmountUnit? unit)
    {
        try
        {
            return new ObservedAttempt(clock, operation, action, unit);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>For spans alone: ids and amounts would make a metric of every single one.</summary>
    public ObservedAttempt Tag(string name, object? value)
    {
        if (value is not null)
        {
            _activity?.SetTag(name, value);
        }

        return this;
    }

    public void Decided(Decision decision, ReasonCode? reason)
    {
        _decision = ClientTelemetry.NameOf(decision);
        _reason = reason?.Value;
    }

    private void Answered(int status, CyclesError? error, CyclesResponseMetadata metadata)
    {
        Tag(TelemetryNames.StatusTag, status);
        Tag(TelemetryNames.RequestTag, error?.RequestId ?? metadata.RequestId);
        if (error is not null)
        {
            _reason = error.RawCode ?? "NO_CODE";
            _activity?.SetStatus(ActivityStatusCode.Error, error.RawCode);
        }
    }

    private void Failed(Exception exception)
    {
        _reason = exception is OperationCanceledException ? "CANCELLED" : "NO_ANSWER";
        Tag(TelemetryNames.StatusTag, (exception as CyclesException)?.Status);
        _activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    /// <summary>A listener that throws must not turn a charge that was made into one that nobody knows of.</summary>
    private void End(Action describe)
    {
        ClientTelemetry.Quietly(describe);
        ClientTelemetry.Quietly(() =>
        {
            if (ClientTelemetry.Duration.Enabled)
            {
                ClientTelemetry.Duration.Record(_clock.GetElapsedTime(_start).TotalSeconds, Tags());
            }
        });
        ClientTelemetry.Quietly(() =>
        {
            foreach (var (name, value) in Tags())
            {
                _activity?.SetTag(name, value);
            }

            _activity?.Dispose();
        });
    }

    private TagList Tags()
    {
        var tags = new TagList { { TelemetryNames.OperationTag, _operation["cycles.".Length..] } };
        Add(TelemetryNames.DecisionTag, _decision);
        Add(TelemetryNames.ReasonTag, _reason);
        Add(TelemetryNames.UnitTag, _unit);
        Add(TelemetryNames.ActionKindTag, _actionKind);
        return tags;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                tags.Add(name, value);
            }
        }
    }
}
