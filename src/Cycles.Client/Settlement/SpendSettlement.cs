namespace Cycles;

/// <summary>A known amount on its way to the ledger: as a commit, and as an event once the hold has expired.</summary>
internal sealed class SpendSettlement : SettlementOperation
{
    private readonly CommitRequest? _commit;
    private readonly ReservationCreateRequest? _origin;
    private EventCreateRequest? _event;

    /// <summary>Settles a hold.</summary>
    public SpendSettlement(
        ICyclesAuthority authority,
        string reservationId,
        ReservationCreateRequest origin,
        CommitRequest commit
    )
    {
        Authority = authority;
        ReservationId = reservationId;
        _origin = origin;
        _commit = commit;
    }

    /// <summary>Records what had no hold.</summary>
    public SpendSettlement(ICyclesAuthority authority, EventCreateRequest request)
    {
        Authority = authority;
        _event = request;
    }

    public ICyclesAuthority Authority { get; }

    /// <summary>Null for a plain event.</summary>
    public string? ReservationId { get; }

    public bool ActualIsEstimate { get; init; }

    /// <summary>What keeps the hold alive until it is settled; null for a plain event.</summary>
    public Lease? Lease { get; init; }

    /// <summary>The commit to send; null from the moment that an event takes its place.</summary>
    public CommitRequest? Commit => _event is null ? _commit : null;

    /// <summary>The event to send; null while the commit stands.</summary>
    public EventCreateRequest? Event => _event;

    public CyclesAction Action => _origin?.Action ?? _event!.Action;

    public Amount Actual => _commit?.Actual ?? _event!.Actual;

    public string Key => _commit?.IdempotencyKey ?? _event!.IdempotencyKey;

    public override string Description => ActualIsEstimate ? "committed at its estimate" : "committed";

    /// <summary>How many attempts followed the first one.</summary>
    public int Retries { get; set; }

    /// <summary>What the last attempt came to.</summary>
    public Outcome LastOutcome { get; private set; }

    /// <summary>The refusal of the last attempt, if it was one.</summary>
    public CyclesError? LastError { get; private set; }

    /// <summary>The Retry-After of the last attempt.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>The earliest time that the server allows, on the clock of the settler's books.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>Whether the settler's books ever held it.</summary>
    public bool WasOpen { get; set; }

    /// <summary>Whether its loss was reported already. Guarded by the settler's books.</summary>
    public bool Reported { get; set; }

    /// <summary>
    /// From here on it is an event, with the commit's key and data. It names no overage policy: the reservation's was
    /// chosen for a hold that is gone.
    /// </summary>
    public void SwitchToEvent()
    {
        _event = new EventCreateRequest
        {
            IdempotencyKey = _commit!.IdempotencyKey,
            Subject = _origin!.Subject,
            Action = _origin.Action,
            Actual = _commit.Actual,
            Metrics = _commit.Metrics,
            Metadata = Copies.With(
                _commit.Metadata,
                ("recovered_reservation_id", ReservationId!),
                ("recovery_reason", "commit_after_reservation_expired")
            ),
        };
    }

    public Settlement Committed(CommitResponse response, CyclesResponseMetadata metadata) =>
        new()
        {
            Outcome = SettlementOutcome.Committed,
            ReservationId = ReservationId,
            Actual = Actual,
            ActualIsEstimate = ActualIsEstimate,
            Charged = response.Charged,
            Released = response.Released,
            Balances = response.Balances,
            Metadata = metadata,
        };

    public Settlement Recorded(EventCreateResponse response, CyclesResponseMetadata metadata) =>
        new()
        {
            Outcome = ReservationId is null ? SettlementOutcome.Committed : SettlementOutcome.RecoveredAsEvent,
            ReservationId = ReservationId,
            Actual = Actual,
            ActualIsEstimate = ActualIsEstimate,
            Charged = response.Charged ?? Actual,
            Balances = response.Balances,
            EventId = response.EventId,
            Metadata = metadata,
        };

    public Settlement AlreadyFinalized(CyclesResponseMetadata metadata) =>
        Ended(SettlementOutcome.AlreadyFinalized, null, metadata) with
        {
            Charged = Actual,
        };

    public Settlement Rejected(CyclesError? error, CyclesResponseMetadata metadata) =>
        Ended(SettlementOutcome.Rejected, error, metadata);

    public Settlement Pending(Outcome outcome, CyclesError? error, CyclesResponseMetadata metadata)
    {
        LastOutcome = outcome;
        LastError = error;
        RetryAfter = error?.RetryAfter ?? metadata.RetryAfter;
        return Ended(SettlementOutcome.Pending, error, metadata);
    }

    public UnrecordedSpend Unrecorded(SettlementOutcome outcome, CyclesError? error) =>
        new()
        {
            Outcome = outcome,
            ReservationId = ReservationId,
            Subject = _origin?.Subject ?? _event!.Subject,
            Action = Action,
            Actual = Actual,
            ActualIsEstimate = ActualIsEstimate,
            IdempotencyKey = Key,
            Metrics = _commit is null ? _event!.Metrics : _commit.Metrics,
            Metadata = _commit is null ? _event!.Metadata : _commit.Metadata,
            Error = error,
        };

    private Settlement Ended(SettlementOutcome outcome, CyclesError? error, CyclesResponseMetadata metadata) =>
        new()
        {
            Outcome = outcome,
            ReservationId = ReservationId,
            Actual = Actual,
            ActualIsEstimate = ActualIsEstimate,
            Error = error,
            Metadata = metadata,
        };
}
