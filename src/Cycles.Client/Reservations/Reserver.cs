using Microsoft.Extensions.Logging;

namespace Cycles;

/// <summary>Makes create requests, sends them, and turns the answers into guards and denials.</summary>
internal sealed class Reserver(
    ICyclesAuthority authority,
    SpendJournal? journal,
    SubjectResolver subjects,
    CyclesClientOptions defaults,
    Settler settler,
    Heart heart,
    ILogger log
)
{
    private readonly long _ttlMs = Milliseconds(defaults.Ttl);
    private readonly long? _graceMs = defaults.GracePeriod is { } grace ? Milliseconds(grace) : null;
    private readonly CommitOveragePolicy? _policy = defaults.OveragePolicy;
    private readonly WhenActualIsMissing _whenActualIsMissing = defaults.WhenActualIsMissing;
    private readonly bool _failOpen = defaults.FailOpen;
    private readonly LeasePolicy _leasePolicy = defaults.LeasePolicy;
    private readonly bool _heartbeatEnabled = defaults.HeartbeatEnabled;
    private readonly KeyTurns _turns = new();
    private readonly HeldKeys _held = new();

    public ReservationCreateRequest NewRequest(
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options,
        bool dryRun
    )
    {
        var request = new ReservationCreateRequest
        {
            IdempotencyKey = options?.IdempotencyKey ?? IdempotencyKeys.New(),
            Subject = subjects.Resolve(options?.Subject),
            Action = Copies.Of(action),
            Estimate = estimate,
            TtlMs = options?.Ttl is { } ttl ? Milliseconds(ttl) : _ttlMs,
            GracePeriodMs = options?.GracePeriod is { } grace ? Milliseconds(grace) : _graceMs,
            OveragePolicy = options?.OveragePolicy ?? _policy,
            DryRun = dryRun ? true : null,
            Metadata = Copies.Of(options?.Metadata),
        };
        Arguments.ThrowIf(request.Validate(), "options");
        return request;
    }

    public async ValueTask<ReserveAttempt> ReserveAsync(
        ReservationCreateRequest request,
        ReserveOptions? options,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();

        var isOwnKey = options?.IdempotencyKey is not null;
        if (isOwnKey)
        {
            await _turns.TakeAsync(request.IdempotencyKey, cancellationToken).ConfigureAwait(false);
        }

        // Once sent it runs to its end: a token that cut the attempt short would leave a hold that nobody knows of.
        var create = CreateAsync(request, CancellationToken.None);
        var response =
            !isOwnKey && (create.IsCompleted || !cancellationToken.CanBeCanceled)
                ? await create.ConfigureAwait(false)
                : await WaitAsync(create.AsTask(), request, isOwnKey, cancellationToken).ConfigureAwait(false);

        if (response.IsSuccess)
        {
            if (response.Value.Decision == Decision.Deny)
            {
                return Denied(request, DenialReader.Read(request, response.Value, response.Metadata));
            }

            ThrowIfOver(request, response);
            return NewGuard(request, response, options);
        }

        return OutcomeClassifier.IsDenial(response.Error)
            ? Denied(request, DenialReader.Read(request, response.Error, response.Metadata))
            : throw CyclesException.Refused($"Reserving {request.Estimate}", response.Error, response.Metadata);
    }

    /// <summary>Asks by a dry run, and lets the work run whatever the answer is, or without one.</summary>
    public async ValueTask<ReserveAttempt> ShadowAsync(
        ReservationCreateRequest request,
        ReserveOptions? options,
        ShadowReport report,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();

        // What is asked for grows from call to call, so that a key of the caller's would be refused the second time.
        var asked = request with
        {
            Estimate = report.Ask(request),
            IdempotencyKey = IdempotencyKeys.New(),
        };
        CyclesResponse<ReservationCreateResponse> response;
        Denial? denial = null;
        try
        {
            response = await CreateAsync(asked, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccess && !OutcomeClassifier.IsDenial(response.Error))
            {
                throw CyclesException.Refused($"Evaluating {asked.Estimate}", response.Error, response.Metadata);
            }

            denial =
                !response.IsSuccess ? DenialReader.Read(request, response.Error, response.Metadata)
                : response.Value.Decision == Decision.Deny
                    ? DenialReader.Read(request, response.Value, response.Metadata)
                : report.ExceededBy(request, response.Value);
            report.Note(request, denial is null ? response.Value!.Decision : Decision.Deny);
        }
        catch (OperationCanceledException)
        {
            report.Move(request, -request.Estimate.Value);
            throw;
        }
        catch (Exception e)
        {
            ShadowLog.Unevaluated(log, request.Action.Kind, e);
            report.Note(request, decision: null);
            response = new CyclesResponse<ReservationCreateResponse>(200, Unheld, CyclesResponseMetadata.None);
        }

        if (denial is not null)
        {
            ShadowLog.WouldBeDenied(log, denial.Requested, request.Action.Kind, denial.ReasonCode, denial.Scope);
        }

        var answer = (response.Value ?? Unheld) with
        {
            Decision = denial is null ? response.Value!.Decision : Decision.Deny,
            Caps = null,
        };
        return NewGuard(
            request,
            new CyclesResponse<ReservationCreateResponse>(200, answer, response.Metadata),
            options,
            new ShadowCall(report, request, denial, settler.Clock, log)
        );
    }

    /// <summary>The answer that nobody gave: the work may run, and nothing is held for it.</summary>
    private static ReservationCreateResponse Unheld { get; } = new() { Decision = Decision.Allow, AffectedScopes = [] };

    private ReserveAttempt NewGuard(
        ReservationCreateRequest request,
        in CyclesResponse<ReservationCreateResponse> response,
        ReserveOptions? options,
        ShadowCall? shadow = null
    )
    {
        var hold = response.Value!;
        var lease = new Lease(heart, authority, request, hold, options?.LeasePolicy ?? _leasePolicy);
        var guard = new ReservationGuard(
            authority,
            journal,
            settler,
            lease,
            log,
            request,
            hold,
            response.Metadata,
            options?.WhenActualIsMissing ?? _whenActualIsMissing,
            shadow
        );
        if (hold.ReservationId is not null && (options?.HeartbeatEnabled ?? _heartbeatEnabled))
        {
            lease.Keep(guard, response.Elapsed);
        }

        return new ReserveAttempt(guard);
    }

    public async Task<ReservationCreateResponse> EvaluateAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken
    )
    {
        // A dry run holds nothing, so there is nothing to give back when it is cut short.
        cancellationToken.ThrowIfCancellationRequested();
        var response = await CreateAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccess)
        {
            return response.Value with { ResponseMetadata = response.Metadata };
        }

        return OutcomeClassifier.IsDenial(response.Error)
            ? new ReservationCreateResponse
            {
                Decision = Decision.Deny,
                ReasonCode = new ReasonCode(response.Error.RawCode!),
                AffectedScopes = [],
                RetryAfterMs = response.Error.RetryAfter is { } wait ? Milliseconds(wait) : null,
                ResponseMetadata = response.Metadata,
            }
            : throw CyclesException.Refused($"Evaluating {request.Estimate}", response.Error, response.Metadata);
    }

    /// <summary>A refusal is told in any case: no sampling of traces hides it.</summary>
    private ReserveAttempt Denied(ReservationCreateRequest request, Denial denial)
    {
        ReservationLog.Denied(log, denial.Requested, request.Action.Kind, denial.ReasonCode, denial.Scope);
        ClientTelemetry.Denied(denial, request.Action);
        return new ReserveAttempt(denial);
    }

    /// <summary>
    /// Sends a create, and once more with the same key and content when the outcome is unknown; a second unknown
    /// outcome surfaces.
    /// </summary>
    private async ValueTask<CyclesResponse<ReservationCreateResponse>> CreateAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken
    )
    {
        // A reserve that waited for its key's turn may have outlived the client.
        ObjectDisposedException.ThrowIf(settler.IsStopped, typeof(CyclesClient));
        Exception? unknown = null;
        var nobodyAnswered = false;
        try
        {
            var sent = heart.Now;
            var first = await Observed
                .CreateAsync(settler.Clock, authority, request, cancellationToken)
                .ConfigureAwait(false);
            if (OutcomeClassifier.Of(first, request.DryRun ?? false) != Outcome.Ambiguous)
            {
                return first.Taking(heart.Now - sent);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            unknown = e;
            nobodyAnswered = e is CyclesTransportException { NobodyAnswered: true };
        }

        ReservationLog.CreateRetried(log, unknown);
        CyclesResponse<ReservationCreateResponse> second;
        try
        {
            // Timed by itself: what the first attempt took is not part of the answer's way.
            var sent = heart.Now;
            second = await Observed
                .CreateAsync(settler.Clock, authority, request, cancellationToken)
                .ConfigureAwait(false);
            second = second.Taking(heart.Now - sent);
        }
        catch (CyclesTransportException e)
            when (_failOpen && request.DryRun is not true && nobodyAnswered && e.NobodyAnswered)
        {
            if (journal?.Holds(FailedOpen.RecordId(request.IdempotencyKey)) == true)
            {
                throw CyclesException.After(
                    $"Reserving {request.Estimate} failed: nobody answered, and its idempotency key was used before by an action that ran without a hold. Its cost is recorded once the authority is back. Use a new key for another action.",
                    status: null,
                    e.Metadata
                );
            }

            ReservationLog.FailedOpen(log, request.Estimate, request.Action.Kind, e);
            ClientTelemetry.FailedOpen(request.Action);
            return new CyclesResponse<ReservationCreateResponse>(200, Unheld, e.Metadata);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The caller did not cancel, so this must not look as if they had.
            throw new CyclesTransportException("A reserve was cut short below the client; its outcome is unknown.", e);
        }

        return second.Error is null && OutcomeClassifier.Of(second, request.DryRun ?? false) == Outcome.Ambiguous
            ? throw new CyclesTransportException(
                $"The authority answered a reserve with status {second.Status} and decision {second.Value?.Decision}, but without a reservation_id; whether it holds anything is unknown.",
                second.Status,
                second.Metadata
            )
            : second;
    }

    /// <summary>
    /// The caller may stop waiting; the create may not stop, and what it holds then goes back, unless it is the hold of a
    /// guard that had the key before.
    /// </summary>
    private async Task<CyclesResponse<ReservationCreateResponse>> WaitAsync(
        Task<CyclesResponse<ReservationCreateResponse>> create,
        ReservationCreateRequest request,
        bool isOwnKey,
        CancellationToken cancellationToken
    )
    {
        Task end = create;
        try
        {
            var response = await create.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (isOwnKey && response.Value?.ReservationId is not null)
            {
                _held.Add(request);
            }

            return response;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (!isOwnKey || !_held.Contains(request.IdempotencyKey))
            {
                end = settler.GiveBackAsync(authority, journal, request, create);
            }

            throw;
        }
        finally
        {
            if (isOwnKey)
            {
                // Nobody awaits it: it never faults.
                _ = _turns.LeaveAsync(request.IdempotencyKey, end);
            }
        }
    }

    /// <summary>
    /// A replay of a reservation that is settled or expired holds nothing any more (protocol, IDEMPOTENCY: what remains
    /// of it is 0 then). Running the action on it again would go uncharged.
    /// </summary>
    private static void ThrowIfOver(
        ReservationCreateRequest request,
        in CyclesResponse<ReservationCreateResponse> response
    )
    {
        if (response.Value is { RemainingTtlMs: 0 } over)
        {
            throw CyclesException.After(
                $"Reserving {request.Estimate} failed: its idempotency key was used before, and reservation {over.ReservationId} that it made is settled or expired. Use a new key for another action.",
                response.Status,
                response.Metadata
            );
        }
    }

    private static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;
}
