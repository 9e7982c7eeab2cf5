using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles.Extensions.AI;

/// <summary>
/// One agent run as one thing: what its guarded calls may do together, and what they came to. Made by
/// <see cref="CyclesRunExtensions.BeginRun"/>.
/// </summary>
/// <remarks>
/// <para>
/// Every guard of this package finds it by the flow of the calling code, for models, embeddings and tools alike. Runs
/// nest: a call belongs to the innermost, and a nested run's calls count into the hold of the run around it
/// (<see cref="RunOptions.Hold"/>), unless it has one of its own. The run's id goes along as the dimension <c>run</c> and
/// in the idempotency keys.
/// </para>
/// <para>
/// A stream that a guarded client or <c>UseCyclesTools</c> returns stays in the run in which it was asked for. Code of an
/// asynchronous iterator has left the run after each of its own <c>yield return</c>s, and calls <see cref="Resume"/>
/// there.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class CyclesRun : IAsyncDisposable
{
    private static readonly AsyncLocal<CyclesRun?> Ambient = new();

    private readonly RunOptions _options;
    private readonly CyclesRun? _parent;
    private readonly RunOpening _opening;
    private readonly RunSubject _subject;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _startedAt;
    private Denial? _denial;
    private Task? _ending;
    private long _endedAtTicks;
    private long _keys;
    private int _ended;

    internal CyclesRun(CyclesClient cycles, string name, RunOptions options)
    {
        Cycles = cycles;
        Name = name;
        _options = options;
        _parent = Current;
        _log = new SafeLogger((options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(AdapterLog.Category));
        _time = options.TimeProvider ?? TimeProvider.System;
        _startedAt = _time.GetUtcNow();
        Shadow = options.Shadow ?? _parent?.Shadow ?? cycles.Shadow;
        _subject = new RunSubject(Id, options.Subject);
        _opening = new RunOpening(this, options, _log);
        Steps = new RunSteps(options.MaxSteps, options.Cooldown, _time);
        Ambient.Value = this;
    }

    /// <summary>The innermost run that the calling code is in; null in none.</summary>
    public static CyclesRun? Current
    {
        get
        {
            var run = Ambient.Value;
            while (run is { IsEnded: true })
            {
                run = run._parent;
            }

            return run;
        }
    }

    /// <summary>Tells this run apart from every other: 32 characters of <c>0-9 a-f</c>.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>What kind of run it is.</summary>
    public string Name { get; }

    /// <summary>
    /// What ended the run's work, the first time that something did: the denial of a model call, or of a tool whose
    /// denials end the tool loop. Denials that a model read and went on, that a fallback took over, or after which the
    /// run still answered on its kept reserve, are only counted (<see cref="RunSummary.Denials"/>).
    /// </summary>
    public Denial? Denial => Volatile.Read(ref _denial);

    /// <summary>What the run has come to so far; a fresh copy each time.</summary>
    public RunSummary Summary =>
        Tally.Fill(
            new RunSummary
            {
                RunId = Id,
                Name = Name,
                StartedAt = _startedAt,
                EndedAt = Interlocked.Read(ref _endedAtTicks) is var ticks and > 0
                    ? new DateTimeOffset(ticks, TimeSpan.Zero)
                    : null,
                Steps = Steps.Count,
                Models = [],
                Tools = [],
                UnconfiguredTools = [],
                Spend = [],
                Budgets = [],
                HandOffs = 0,
                UsedKeptReserve = _opening.UsedKept,
                Denial = Denial,
            }
        );

    internal CyclesClient Cycles { get; }

    internal ShadowReport? Shadow { get; }

    internal RunTally Tally { get; } = new();

    internal RunSteps Steps { get; }

    internal RunToolCalls ToolCalls { get; } = new();

    internal bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>Throws what ended the run, if something did: a tool loop swallows exceptions, and a run tells.</summary>
    /// <exception cref="BudgetDeniedException">There is a <see cref="Denial"/>.</exception>
    public void ThrowIfDenied()
    {
        if (Denial is { } denial)
        {
            throw new BudgetDeniedException(denial);
        }
    }

    /// <summary>
    /// Makes this the current run here, where the flow has lost it: after a <c>yield return</c>, in a callback, on a
    /// thread of one's own. Lasts as long as a value of an <see cref="AsyncLocal{T}"/> set here would. Does nothing once
    /// the run is disposed.
    /// </summary>
    public void Resume()
    {
        if (!IsEnded && !ReferenceEquals(Ambient.Value, this))
        {
            Ambient.Value = this;
        }
    }

    /// <summary>
    /// Puts on record that another agent goes on: an event of the kind <c>agent.handoff</c> that costs nothing.
    /// </summary>
    /// <param name="agent">Who goes on, 1 to 256 characters.</param>
    /// <param name="unit">
    /// The unit of the budget on whose record it goes; default <see cref="AmountUnit.UsdMicrocents"/>.
    /// </param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Whether it is recorded; false where the unit has no budget, and in shadow mode.</returns>
    /// <exception cref="ArgumentException"><paramref name="agent"/> is out of range; nothing is sent.</exception>
    /// <exception cref="CyclesException">The event was refused for another reason.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<bool> HandOffAsync(
        string agent,
        AmountUnit unit = AmountUnit.UsdMicrocents,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(agent);
        if ((Shadow ?? Cycles.Shadow) is not null)
        {
            return false;
        }

        try
        {
            var options = new EventOptions { Subject = SubjectOf(null), IdempotencyKey = NewKey() };
            var settlement = await Cycles
                .RecordEventAsync(
                    new CyclesAction("agent.handoff", agent),
                    new Amount(unit, 0),
                    options,
                    cancellationToken
                )
                .ConfigureAwait(false);
            Tally.Told(settlement.Balances);
            Tally.HandedOff();
            return true;
        }
        catch (CyclesException e) when (e.Code is ErrorCode.NotFound or ErrorCode.UnitMismatch)
        {
            RunLog.HandOffUnrecorded(_log, Id, unit);
            return false;
        }
    }

    /// <summary>
    /// Ends the run: settles <see cref="RunOptions.Hold"/>, gives back what was held and never used, and tells what the
    /// run came to. Calls that still run settle by themselves. Never throws.
    /// </summary>
    /// <returns>Completes when that is done.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            // Before anything asynchronous, because only that reaches the flow of whoever disposes.
            if (ReferenceEquals(Ambient.Value, this))
            {
                Ambient.Value = _parent;
            }

            _ending = EndAsync();
        }

        return new ValueTask(_ending ?? Task.CompletedTask);
    }

    /// <summary>Who acts: the call's subject, open levels from the run's, and the run's id.</summary>
    internal Subject SubjectOf(Subject? given) => _subject.Of(given);

    /// <summary>A key for one of the run's requests.</summary>
    internal string NewKey(string? name = null) => $"run-{Id}-{name ?? $"{Interlocked.Increment(ref _keys)}"}";

    /// <summary>Asks for one call, in the hold of the run if it has one.</summary>
    internal async ValueTask<(CallHold? Hold, Denial? Denial)> ReserveAsync(
        CyclesClient cycles,
        RunRequest request,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        var (hold, denial) = await TryReserveAsync(cycles, request, log, cancellationToken).ConfigureAwait(false);
        if (hold is null)
        {
            Tally.Denied(request.Call);
        }
        else
        {
            Tally.LetThrough(request.Call);
        }

        return (hold, denial);
    }

    /// <summary>What is kept aside for a final answer, while it is there.</summary>
    internal Amount? KeptFor(CyclesClient cycles, AmountUnit unit) =>
        ReferenceEquals(cycles, Cycles)
        && _options.KeepForFinalAnswer is { } kept
        && kept.Unit == unit
        && _opening.HasKept
            ? kept
            : null;

    /// <summary>Takes what is kept aside; null when somebody else has taken it.</summary>
    internal CallHold? TryTakeKept(CyclesAction action, ReasonCode reason, ILogger log)
    {
        var call = new RunCall(action.Name, _options.KeepForFinalAnswer!.Value, IsTool: false);
        var hold = _opening.TryTakeKept(action, call, log);
        if (hold is not null)
        {
            RunLog.UsesKept(_log, Id, reason);
            Tally.LetThrough(call);
        }

        return hold;
    }

    /// <summary>Notes that a denial ended the run's work.</summary>
    internal void EndedBy(Denial denial) => Interlocked.CompareExchange(ref _denial, denial, null);

    /// <summary>Whether a call was made too often to be made again.</summary>
    internal bool IsRepeated(ToolCall call, out int most)
    {
        most = _options.MaxSameCalls ?? 0;
        return most > 0 && ToolCalls.AddCall(call) > most;
    }

    /// <summary>Notes the denial of a tool call.</summary>
    /// <returns>What becomes of the call: past the limit, a text for the model is not enough.</returns>
    internal DenialMode Denied(ToolCall call, Denial denial, DenialMode mode)
    {
        if (ToolCalls.AddDenial(call) >= _options.MaxDenials && mode == DenialMode.Skip)
        {
            mode = DenialMode.Terminate;
        }

        if (mode != DenialMode.Skip)
        {
            EndedBy(denial);
        }

        return mode;
    }

    private async ValueTask<(CallHold? Hold, Denial? Denial)> TryReserveAsync(
        CyclesClient cycles,
        RunRequest request,
        ILogger log,
        CancellationToken cancellationToken
    )
    {
        // From the innermost run on: each may have said that it does not begin, and the first hold pays.
        for (var run = this; run is not null; run = run._parent)
        {
            var unit = request.Call.Estimate.Unit;
            if (run.IsEnded || !(ReferenceEquals(run, this) || run.Holds(cycles, unit)))
            {
                continue;
            }

            // A guard in shadow mode neither draws on what a real run holds nor minds what the run may not do.
            if (request.Shadow is not null && run.Shadow is null)
            {
                continue;
            }

            if (await run._opening.EnsureAsync(cancellationToken).ConfigureAwait(false) is { } denied)
            {
                return (null, denied);
            }

            if (run.Holds(cycles, unit) && run._opening.Hold is { } shared)
            {
                return shared.TryTake(request, out var denial) is { } share
                        ? (new CallHold(share, this, request.Call, log), null)
                    : request.Shadow is null ? (null, denial)
                    : (new CallHold(new UnheldCall(request.Shadow, request, denial!, _time), log), null);
            }
        }

        var attempt = await cycles
            .TryReserveAsync(
                request.Action,
                request.Call.Estimate,
                new ReserveOptions
                {
                    Subject = request.Subject,
                    IdempotencyKey = NewKey(request.Key),
                    Shadow = request.Shadow,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return attempt.Guard is { } guard
            ? (new CallHold(guard, log, this, request.Call), null)
            : (null, attempt.Denial);
    }

    private bool Holds(CyclesClient cycles, AmountUnit unit) =>
        ReferenceEquals(cycles, Cycles) && _options.Hold is { } hold && hold.Unit == unit;

    private async Task EndAsync()
    {
        await _opening.EndAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref _endedAtTicks, _time.GetUtcNow().UtcTicks);
        var summary = Summary;
        RunLog.Ended(_log, summary);
        try
        {
            _options.OnEnded?.Invoke(summary);
        }
        catch (Exception e)
        {
            RunLog.CallbackFailed(_log, Id, e);
        }
    }
}
