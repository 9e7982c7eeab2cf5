using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>Asks before a tool runs. Knows tools by name and by what they say of themselves, of no framework's kind.</summary>
internal sealed class ToolGuard
{
    internal const string DefaultKind = "tool.call";

    private readonly CyclesClient _cycles;
    private readonly ToolPolicy _policy;
    private readonly ToolRules _rules;
    private readonly Subject? _subject;
    private readonly Func<ToolCall, Subject?>? _resolveSubject;
    private readonly ToolRefusals _refusals;
    private readonly Cooldowns _cooldowns;
    private readonly TimeSpan _maxCooldown;
    private readonly ShadowReport? _shadow;
    private readonly ILogger _log;

    public ToolGuard(CyclesClient cycles, ToolPolicy policy)
    {
        if (policy.MaxCooldown < TimeSpan.Zero)
        {
            throw new ArgumentException("ToolPolicy.MaxCooldown must be 0 or more.", nameof(policy));
        }

        _cycles = cycles;
        _policy = policy;
        _rules = new ToolRules(policy);
        _subject = policy.Subject;
        _resolveSubject = policy.ResolveSubject;
        _cooldowns = Cooldowns.Of(cycles);
        _maxCooldown = policy.MaxCooldown;
        Time = policy.TimeProvider ?? TimeProvider.System;
        _log = AdapterLog.Of(cycles, policy.LoggerFactory);
        _shadow = policy.Shadow;
        _refusals = new ToolRefusals(policy.OnDenied, () => Shadow, _subject, Time, _log);
    }

    public TimeProvider Time { get; }

    /// <summary>Where calls go in shadow mode; null outside it.</summary>
    public ShadowReport? Shadow => _shadow ?? CyclesRun.Current?.Shadow ?? _cycles.Shadow;

    /// <summary>What the tool's action will be called, as far as that is known before a call.</summary>
    public CyclesAction ActionOf(string tool, ToolTerms declared) =>
        new(_rules.Entered(tool, declared).Kind ?? DefaultKind, tool);

    /// <summary>Takes note of a tool before it is called, so that it is on the list of the unconfigured ones at once.</summary>
    public void Meet(string tool, ToolTerms declared)
    {
        if (!_rules.DependsOnCall(tool, declared) && _rules.Entered(tool, declared).Estimate is null)
        {
            ReportUnconfigured(tool);
        }
    }

    /// <summary>Reserves for one call, or says why it must not run.</summary>
    /// <param name="call">The call.</param>
    /// <param name="declared">What the tool says of its cost.</param>
    /// <param name="caps">What the model's turn left, when that is known.</param>
    /// <param name="key">The reserve's idempotency key; null for a fresh one.</param>
    /// <param name="isNoted">Whether a guard around has noted the call as one of the run's.</param>
    /// <param name="cancellationToken">Stops the wait for the authority.</param>
    public async ValueTask<ToolHold> BeginAsync(
        ToolCall call,
        ToolTerms declared,
        Caps? caps,
        string? key,
        bool isNoted,
        CancellationToken cancellationToken
    )
    {
        var (terms, isConfigured) = _rules.Of(call, declared);
        if (!isConfigured)
        {
            ReportUnconfigured(call.Name);
        }

        if (terms.Estimate is not { } estimate)
        {
            return _refusals.Unconfigured(call, terms);
        }

        if (_refusals.ByCaps(caps, call, terms) is { } hidden)
        {
            return hidden;
        }

        if (CyclesRun.Current?.Limits.NoteCall(call, isNoted) is { } most)
        {
            return _refusals.Repeated(call, terms, most);
        }

        if (estimate.Value <= 0)
        {
            CyclesRun.Current?.Tally.LetThrough(call.In(terms));
            return new ToolHold(hold: null, terms);
        }

        try
        {
            return await ReserveAsync(call, terms, key, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A tool loop makes "Error: Function failed." of it, so here is where an operator learns of it.
            // Where a callback made the subject of the arguments, it or the check of what it made may quote them.
            var isQuotable = _resolveSubject is null || e is CyclesException;
            ToolLog.ReserveFailed(_log, call.Name, e.GetType(), isQuotable ? e : null);
            throw;
        }
    }

    private async ValueTask<ToolHold> ReserveAsync(
        ToolCall call,
        ToolTerms terms,
        string? key,
        CancellationToken cancellationToken
    )
    {
        var subject = _resolveSubject?.Invoke(call)?.FilledFrom(_subject) ?? _subject;
        subject = CyclesRun.Current?.SubjectOf(subject) ?? subject;
        var left = Shadow is null
            ? await _cooldowns.WaitAsync(subject, _maxCooldown, Time, cancellationToken).ConfigureAwait(false)
            : TimeSpan.Zero;
        if (left > TimeSpan.Zero)
        {
            return _refusals.CoolingDown(call, terms, left, _maxCooldown);
        }

        var (hold, denial) = await AskAsync(call, terms, subject, key, cancellationToken).ConfigureAwait(false);
        if (hold is null)
        {
            return _refusals.Deny(call, terms, denial!);
        }

        _cooldowns.Note(subject, hold.Caps, Time);
        var runs = false;
        try
        {
            var capped = _refusals.ByCaps(hold.Caps, call, terms);
            runs = capped is null;
            return capped ?? new ToolHold(hold, terms);
        }
        finally
        {
            if (!runs)
            {
                await hold.RefuseAsync("tool_capped").ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<(CallHold? Hold, Denial? Denial)> AskAsync(
        ToolCall call,
        ToolTerms terms,
        Subject? subject,
        string? key,
        CancellationToken cancellationToken
    )
    {
        var action = new CyclesAction(terms.Kind ?? DefaultKind, call.Name);
        var payer = terms.Toolset is { } toolset ? (subject ?? new Subject()) with { Toolset = toolset } : subject;
        var request = new RunRequest(call.In(terms), action, payer, key, Shadow);
        return await CallHold.TryReserveAsync(_cycles, request, _log, cancellationToken).ConfigureAwait(false);
    }

    private void ReportUnconfigured(string tool)
    {
        CyclesRun.Current?.Tally.Unconfigured(tool);
        if (_policy.AddUnconfigured(tool))
        {
            ToolLog.Unconfigured(_log, tool);
        }
    }
}
