using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>
/// The limits of a run. Everything is optional, and read once, when the run begins. They hold for the runs inside it too.
/// </summary>
public sealed class RunOptions
{
    /// <summary>
    /// Who acts in this run, and for whom. A guard's own subject comes before it; behind it that of the run around, then the
    /// client's (<see cref="CyclesClientOptions.Subject"/>). Default none.
    /// </summary>
    public Subject? Subject { get; set; }

    /// <summary>
    /// How many times a model may be asked, 1 or more. The last time it is offered no tools, so that it answers; a call
    /// after that is denied (<see cref="LocalReasons.NoStepsLeft"/>). A call in shadow mode counts too: the model is asked.
    /// Default no limit but that of the authority's caps.
    /// </summary>
    public int? MaxSteps { get; set; }

    /// <summary>The least time from the beginning of one step to that of the next, 0 or more; default 0.</summary>
    public TimeSpan Cooldown { get; set; }

    /// <summary>
    /// One hold for the whole run, more than 0: it is made at the first call, calls in its unit count into it, and it is
    /// settled when the run is disposed. What does not fit into it is denied (<see cref="LocalReasons.RunHoldSpent"/>).
    /// Calls in other units, by other clients, and for other tenants hold for themselves. Default none: a hold for each
    /// call.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The authority is asked for the run alone: for <c>agent.run</c>, by the run's subject. A budget of a guard's own
    /// subject or a tool's toolset neither pays nor denies the calls in it, and no quota counts them. Where those have to
    /// hold, leave it out.
    /// </para>
    /// <para>
    /// It lives as any guard does, about 11 minutes with the defaults; <see cref="CyclesClientOptions.Ttl"/> makes it
    /// longer. When it is lost, what was spent in it is recorded at the next call, as an event, and what is left of its
    /// amount is held again, or the call is denied as the first one would have been. Without the heartbeat
    /// (<see cref="CyclesClientOptions.HeartbeatEnabled"/>) nobody learns of a loss before the end, which then records the
    /// event.
    /// </para>
    /// <para>
    /// Where the ledger charges less than the calls cost, because the overage policy caps it or refuses it, the
    /// difference is taken off the last of them in the summaries. The summary of a run inside may have been told before.
    /// </para>
    /// </remarks>
    public Amount? Hold { get; set; }

    /// <summary>
    /// What is kept aside so that an exhausted run can still answer, more than 0: held at the first call, or out of
    /// <see cref="Hold"/>. When the budget denies a model call, the model is asked once more, without tools, within the
    /// latest caps, and for no more tokens than this pays for. Where it can't be held, the first call is denied. Default
    /// nothing.
    /// </summary>
    /// <remarks>
    /// Used once, by the run itself and no run inside it, for its own tenant, where all models were denied and the reason
    /// is that a budget is used up; not where one is frozen or closed. One that was lost is held again at the next call,
    /// and if that fails the run goes on without it.
    /// </remarks>
    public Amount? KeepForFinalAnswer { get; set; }

    /// <summary>
    /// What the whole run is expected to cost, 0 or more: the authority is asked before the first call, and where it
    /// says no, nothing of the run runs. Default null, which asks nobody.
    /// </summary>
    public Amount? Preflight { get; set; }

    /// <summary>
    /// How many denials of one tool with the same arguments a model may read (<see cref="DenialMode.Skip"/>), 1 or more;
    /// the last one ends the tool loop (<see cref="DenialMode.Terminate"/>). Default 3.
    /// </summary>
    public int MaxDenials { get; set; } = 3;

    /// <summary>
    /// How often one tool may be called with the same arguments, 1 or more; the next such call is refused without asking
    /// anybody (<see cref="LocalReasons.CallRepeated"/>). Default no limit.
    /// </summary>
    public int? MaxSameCalls { get; set; }

    /// <summary>
    /// Lets the run and its calls run in shadow mode: its limits are evaluated too, and stop nothing. Default as the run
    /// around it does, else as the client does.
    /// </summary>
    public ShadowReport? Shadow { get; set; }

    /// <summary>
    /// Told what the run came to, when it is disposed; what it throws is logged. Calls that still run then are not in it
    /// (<see cref="RunSummary.Unsettled"/>). Default none.
    /// </summary>
    public Action<RunSummary>? OnEnded { get; set; }

    /// <summary>The clock of <see cref="Cooldown"/> and of the summary; default the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Where to log, as category <c>Cycles.Extensions.AI</c>; default where the client does.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    internal void Check()
    {
        if (Subject?.Dimensions is { } dimensions && RunSubject.IsFull(dimensions))
        {
            throw RunSubject.Full();
        }

        ThrowIf(MaxSteps < 1, nameof(MaxSteps), "must be 1 or more");
        ThrowIf(Cooldown < TimeSpan.Zero, nameof(Cooldown), "must be 0 or more");
        ThrowIf(Hold is { } hold && !IsMoreThanNothing(hold), nameof(Hold), "must have a unit and be more than 0");
        ThrowIf(
            KeepForFinalAnswer is { } kept && !IsMoreThanNothing(kept),
            nameof(KeepForFinalAnswer),
            "must have a unit and be more than 0"
        );
        ThrowIf(
            Hold is { } whole
                && KeepForFinalAnswer is { } part
                && (whole.Unit != part.Unit || whole.Value <= part.Value),
            nameof(KeepForFinalAnswer),
            "must be less than Hold, in its unit"
        );
        ThrowIf(
            Preflight is { Unit: AmountUnit.Unset } or { Value: < 0 },
            nameof(Preflight),
            "must have a unit and be 0 or more"
        );
        ThrowIf(MaxDenials < 1, nameof(MaxDenials), "must be 1 or more");
        ThrowIf(MaxSameCalls < 1, nameof(MaxSameCalls), "must be 1 or more");
    }

    private static bool IsMoreThanNothing(Amount amount) => amount is { Unit: not AmountUnit.Unset, Value: > 0 };

    private static void ThrowIf(bool wrong, string option, string bounds)
    {
        if (wrong)
        {
            throw new ArgumentException($"{nameof(RunOptions)}.{option} {bounds}.");
        }
    }
}
