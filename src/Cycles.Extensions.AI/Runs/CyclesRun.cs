using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>
/// One agent run as one thing: what its guarded calls may do together, and what they came to. Made by
/// <see cref="CyclesRunExtensions.BeginRun"/>.
/// </summary>
/// <remarks>
/// <para>
/// Every guard of this package finds it by the flow of the calling code, for models, embeddings and tools alike. The
/// run's id goes along as the dimension <c>run</c>, which takes one of the 16 that the protocol leaves to a subject, and
/// in the idempotency keys.
/// </para>
/// <para>
/// Runs nest: a call carries the id of the innermost, and whatever happens in a run also happens in the runs around it.
/// Their limits hold for it, their preflight and their holds come first, their <see cref="RunOptions.Hold"/> pays for it
/// and for what a run inside holds for itself, and their summaries count it. What a run keeps for its final answer is for
/// its own calls.
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
    private readonly RunSubject _subject;
    private readonly ILogger _log;
    private readonly DateTimeOffset _startedAt;
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Denial? _denial;
    private long _endedAtTicks;
    private long _keys;
    private int _ended;

    internal CyclesRun(CyclesClient cycles, string name, RunOptions options)
    {
        Cycles = cycles;
        Name = name;
        _options = options;
        _parent = Current;
        _log = AdapterLog.Of(cycles, options.LoggerFactory);
        Clock = options.TimeProvider ?? TimeProvider.System;
        _startedAt = Clock.GetUtcNow();
        Shadow = options.Shadow ?? _parent?.Shadow ?? cycles.Shadow;
        Tally = new RunTally(_parent?.Tally);
        Limits = new RunLimits(this, options, Clock);
        Opening = new RunOpening(this, options, _log);
        _subject = new RunSubject(Id, options.Subject, _parent?._subject);
        Ambient.Value = this;
    }

    /// <summary>The innermost run that the calling code is in; null in none.</summary>
    public static CyclesRun? Current
    {
        get
        {
            var run = Ambient.Value;
            return run is { IsEnded: true } ? run.Around : run;
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
                OuterRunId = _parent?.Id,
                Steps = Limits.Steps.Count,
                Models = [],
                Tools = [],
                UnconfiguredTools = [],
                Spend = [],
                Budgets = [],
                HandOffs = 0,
                UsedKeptReserve = Opening.UsedKept,
                Denial = Denial,
            }
        );

    internal CyclesClient Cycles { get; }

    internal ShadowReport? Shadow { get; }

    internal TimeProvider Clock { get; }

    internal RunTally Tally { get; }

    internal RunLimits Limits { get; }

    internal RunOpening Opening { get; }

    internal bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>The nearest run around this one that is still open.</summary>
    internal CyclesRun? Around
    {
        get
        {
            var run = _parent;
            while (run is { IsEnded: true })
            {
                run = run._parent;
            }

            return run;
        }
    }

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
        if (Shadow is not null)
        {
            return false;
        }

        return await RunHandOff.RecordAsync(this, agent, unit, _log, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the run: settles <see cref="RunOptions.Hold"/>, gives back what was held and never used, and tells what the
    /// run came to. Never throws.
    /// </summary>
    /// <remarks>
    /// Calls that still run are not waited for. They settle by themselves, those out of the run's hold as events, and
    /// are in <see cref="Summary"/> from then on; what <see cref="RunOptions.OnEnded"/> is told only counts them
    /// (<see cref="RunSummary.Unsettled"/>).
    /// </remarks>
    /// <returns>Completes when that is done, for everybody who disposes it.</returns>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            // Before anything asynchronous, because only that reaches the flow of whoever disposes.
            if (ReferenceEquals(Ambient.Value, this))
            {
                Ambient.Value = _parent;
            }

            _ = EndAsync();
        }

        return new ValueTask(_ending.Task);
    }

    /// <summary>Who acts: the call's subject, open levels from the runs', and the run's id.</summary>
    internal Subject SubjectOf(Subject? given) => _subject.Of(given);

    /// <summary>A key for one of the run's requests.</summary>
    internal string NewKey(string? name = null) => $"run-{Id}-{name ?? $"{Interlocked.Increment(ref _keys)}"}";

    /// <summary>Notes that a denial ended the run's work.</summary>
    internal void EndedBy(Denial denial) => Interlocked.CompareExchange(ref _denial, denial, null);

    /// <summary>Tells operators that the ledger does not have what was spent.</summary>
    internal void NoteUnsettled(Amount spent, Exception exception) =>
        RunLog.SettlementFailed(_log, Id, spent, exception);

    private async Task EndAsync()
    {
        try
        {
            await Opening.EndAsync().ConfigureAwait(false);
            Interlocked.Exchange(ref _endedAtTicks, Clock.GetUtcNow().UtcTicks);
            var summary = Summary;
            RunLog.Ended(_log, summary);
            _options.OnEnded?.Invoke(summary);
        }
        catch (Exception e)
        {
            RunLog.EndFailed(_log, Id, e);
        }

        _ending.SetResult();
    }
}
