using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;

namespace Cycles;

/// <summary>The activity source, the meter and its instruments. They cost nothing while nobody listens.</summary>
internal static class ClientTelemetry
{
    private static readonly Meter Meter = new(TelemetryNames.Source);

    private static readonly Counter<long> Denials = Meter.CreateCounter<long>(
        TelemetryNames.Denials,
        unit: "{denial}",
        description: "Reserves that the budget refused."
    );

    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        TelemetryNames.DeadLetters,
        unit: "{settlement}",
        description: "Amounts that were spent and are not known to be recorded."
    );

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        TelemetryNames.Retries,
        unit: "{attempt}",
        description: "Attempts to settle an amount that followed its first one."
    );

    private static readonly Counter<long> JournalFailures = Meter.CreateCounter<long>(
        TelemetryNames.JournalFailures,
        unit: "{failure}",
        description: "Records that the journal could not write, read, remove or understand."
    );

    private static readonly Counter<long> FailOpens = Meter.CreateCounter<long>(
        TelemetryNames.FailOpens,
        unit: "{reserve}",
        description: "Actions that ran without a hold because the authority could not be reached."
    );

    /// <summary>The books that have something open, and only those, so that no client is kept alive by it.</summary>
    private static readonly ConcurrentDictionary<SettlementQueue, bool> Open = new();

    private static readonly Counter<long> LeasesLost = Meter.CreateCounter<long>(
        TelemetryNames.LeasesLost,
        unit: "{lease}",
        description: "Holds that were lost while their action ran."
    );

    private static long _pending;

    static ClientTelemetry()
    {
        Meter.CreateObservableUpDownCounter(
            TelemetryNames.Pending,
            static () => Volatile.Read(ref _pending),
            unit: "{settlement}",
            description: "Known amounts that are on their way, in all clients of the process."
        );
        Meter.CreateObservableGauge(
            TelemetryNames.OldestPending,
            static () => Open.Keys.Select(queue => queue.OldestAge.TotalSeconds).DefaultIfEmpty().Max(),
            unit: "s",
            description: "How long the oldest of them is known; 0 when there is none."
        );
    }

    public static ActivitySource Activities { get; } = new(TelemetryNames.Source);

    public static Histogram<double> Duration { get; } =
        Meter.CreateHistogram<double>(
            TelemetryNames.Duration,
            unit: "s",
            description: "How long one attempt of an operation took."
        );

    /// <summary>Whether anybody would see an operation.</summary>
    public static bool IsObserved => Duration.Enabled || Activities.HasListeners();

    public static void Denied(Denial denial, CyclesAction action)
    {
        if (Denials.Enabled)
        {
            Quietly(() =>
                Denials.Add(
                    1,
                    new(TelemetryNames.ReasonTag, denial.ReasonCode.Value),
                    new(TelemetryNames.UnitTag, NameOf(denial.Requested.Unit)),
                    new(TelemetryNames.ActionKindTag, action.Kind)
                )
            );
        }
    }

    public static void Unrecorded(SpendSettlement spend, CyclesError? error)
    {
        if (DeadLetters.Enabled)
        {
            Quietly(() =>
                DeadLetters.Add(
                    1,
                    new(TelemetryNames.ReasonTag, error?.RawCode ?? (error is null ? "NO_ANSWER" : "NO_CODE")),
                    new(TelemetryNames.UnitTag, NameOf(spend.Actual.Unit)),
                    new(TelemetryNames.ActionKindTag, spend.Action.Kind)
                )
            );
        }
    }

    public static void Retried(SpendSettlement spend)
    {
        if (Retries.Enabled)
        {
            Quietly(() =>
                Retries.Add(1, new KeyValuePair<string, object?>(TelemetryNames.ActionKindTag, spend.Action.Kind))
            );
        }
    }

    public static void LeaseLost(CyclesAction action, string reason)
    {
        if (LeasesLost.Enabled)
        {
            Quietly(() =>
                LeasesLost.Add(1, new(TelemetryNames.ReasonTag, reason), new(TelemetryNames.ActionKindTag, action.Kind))
            );
        }
    }

    public static void JournalFailed() => Quietly(static () => JournalFailures.Add(1));

    public static void FailedOpen(CyclesAction action) =>
        Quietly(() => FailOpens.Add(1, new KeyValuePair<string, object?>(TelemetryNames.ActionKindTag, action.Kind)));

    public static void Watch(SettlementQueue queue) => Open[queue] = true;

    public static void Forget(SettlementQueue queue) => Open.TryRemove(queue, out _);

    /// <summary>Runs what may end up in somebody's listener, whose mistakes are not the caller's.</summary>
    public static void Quietly(Action work)
    {
        try
        {
            work();
        }
        catch (Exception)
        {
            // There is nowhere left to say it.
        }
    }

    public static void Pending(int change) => Interlocked.Add(ref _pending, change);

    /// <summary>The unit as it stands on the wire.</summary>
    public static string NameOf(AmountUnit unit) =>
        unit switch
        {
            AmountUnit.UsdMicrocents => "USD_MICROCENTS",
            AmountUnit.Tokens => "TOKENS",
            AmountUnit.Credits => "CREDITS",
            AmountUnit.RiskPoints => "RISK_POINTS",
            _ => "UNSET",
        };

    /// <summary>The decision as it stands on the wire.</summary>
    public static string NameOf(Decision decision) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(decision.ToString());
}
