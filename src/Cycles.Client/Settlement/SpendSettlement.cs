using System.Text.Json;

namespace Cycles;

/// <summary>A known amount on its way to the ledger: as a commit, and as an event once the hold has expired.</summary>
internal sealed class SpendSettlement : SettlementOperation
{
    private readonly CommitRequest? _commit;
    private readonly ReservationCreateRequest? _origin;
    private EventCreateRequest? _event;
    private bool _isEvent;
    private int _keeping;

    /// <summary>Settles a hold, or what ran without one because nobody answered.</summary>
    /// <param name="authority">Who is asked.</param>
    /// <param name="reservationId">The hold; null when the reserve failed open.</param>
    /// <param name="origin">What the reserve asked for.</param>
    /// <param name="commit">What it cost.</param>
    public SpendSettlement(
        ICyclesAuthority authority,
        string? reservationId,
        ReservationCreateRequest origin,
        CommitRequest commit
    )
    {
        Authority = authority;
        ReservationId = reservationId;
        _origin = origin;
        _commit = commit;
        _isEvent = reservationId is null;
    }

    /// <summary>Records what had no hold.</summary>
    public SpendSettlement(ICyclesAuthority authority, EventCreateRequest request)
    {
        Authority = authority;
        _event = request;
        _isEvent = true;
    }

    /// <summary>Goes on with what another process or client left behind.</summary>
    /// <exception cref="JsonException">A body is not of the protocol.</exception>
    public SpendSettlement(ICyclesAuthority authority, JournalRecord record)
    {
        Authority = authority;
        Record = record;
        _keeping = (int)Keeping.Yes;
        _commit = StoredBody.Read(record.CommitBody, CyclesJsonContext.Default.CommitRequest);
        _event = StoredBody.Read(record.EventFallbackBody, CyclesJsonContext.Default.EventCreateRequest);
        _isEvent = record.Mode == JournalMode.Event;
        ReservationId = _isEvent ? StoredBody.RecoveredReservation(_event!) : record.ReservationId;
        IsReplayed = true;
        Retries = -1; // Its first attempt here is not a retry yet.
    }

    public ICyclesAuthority Authority { get; }

    /// <summary>Null for a plain event, and where a reserve failed open.</summary>
    public string? ReservationId { get; }

    public bool ActualIsEstimate { get; init; }

    /// <summary>What keeps the hold alive until it is settled; null for a plain event.</summary>
    public Lease? Lease { get; init; }

    /// <summary>The commit to send; null from the moment that an event takes its place.</summary>
    public CommitRequest? Commit => _isEvent ? null : _commit;

    /// <summary>The event to send; null while the commit stands.</summary>
    public EventCreateRequest? Event => _isEvent ? Fallback : null;

    public CyclesAction Action => _origin?.Action ?? _event?.Action ?? StoredBody.UnknownAction;

    public Amount Actual => _commit?.Actual ?? _event!.Actual;

    public string Key => _commit?.IdempotencyKey ?? _event!.IdempotencyKey;

    public override string Description => ActualIsEstimate ? "committed at its estimate" : "committed";

    /// <summary>Where it is kept until it is settled; null where nothing is.</summary>
    public SpendJournal? Journal { get; init; }

    /// <summary>What the journal calls it.</summary>
    public string FiledUnder =>
        Record?.ReservationId
        ?? ReservationId
        ?? (_origin is null ? $"event-{Key}" : FailedOpen.RecordId(_origin.IdempotencyKey));

    /// <summary>Its record as it stands; null before it has one.</summary>
    public JournalRecord? Record { get; set; }

    /// <summary>Whether the journal holds it, so that the end of the process does not lose it.</summary>
    public bool IsKept => (Keeping)Volatile.Read(ref _keeping) == Keeping.Yes;

    /// <summary>Whether it was found in the journal.</summary>
    public bool IsReplayed { get; }

    /// <summary>Where its record is, once it was refused for good.</summary>
    public string? DeadLetter { get; set; }

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

    /// <summary>When it became known, on the clock of the settler's books; before its start for what was found.</summary>
    public TimeSpan OpenSince { get; set; }

    /// <summary>Whether the settler's books ever held it.</summary>
    public bool WasOpen { get; set; }

    /// <summary>Whether its loss was reported already.</summary>
    public bool IsGivenUp => (Keeping)Volatile.Read(ref _keeping) == Keeping.Never;

    /// <summary>Whether there is an event to take the commit's place: some records of other SDKs have none.</summary>
    public bool HasFallback => _origin is not null || _event is not null;

    /// <summary>
    /// The event, with the commit's key and data. It names no overage policy: the reservation's was chosen for a hold
    /// that is gone, or never was.
    /// </summary>
    private EventCreateRequest Fallback =>
        _event ??= new EventCreateRequest
        {
            IdempotencyKey = _commit!.IdempotencyKey,
            Subject = _origin!.Subject,
            Action = _origin.Action,
            Actual = _commit.Actual,
            Metrics = _commit.Metrics,
            Metadata = ReservationId is null
                ? Copies.With(_commit.Metadata, ("recovery_reason", "authority_unreachable"))
                : Copies.With(
                    _commit.Metadata,
                    ("recovered_reservation_id", ReservationId),
                    ("recovery_reason", "commit_after_reservation_expired")
                ),
        };

    /// <summary>From here to <see cref="EndKeeping"/> it is being written.</summary>
    /// <returns>False when its loss was reported already.</returns>
    public bool TryBeginKeeping() => IsKept || TryMove(Keeping.No, Keeping.Trying);

    public void EndKeeping(bool isKept) => Volatile.Write(ref _keeping, (int)(isKept ? Keeping.Yes : Keeping.No));

    /// <summary>From here on nothing keeps it any more.</summary>
    /// <returns>Whether its loss is to be reported now: false when it is kept, or may be in a moment.</returns>
    public bool TryGiveUp() => TryMove(Keeping.No, Keeping.Never);

    /// <summary>From here on it is an event.</summary>
    public void SwitchToEvent()
    {
        _isEvent = true;
        if (Record is { } record)
        {
            // The server's wait was for the commit.
            Record = record with
            {
                Mode = JournalMode.Event,
                NotBeforeMs = null,
            };
        }
    }

    /// <summary>The commit as the journal keeps it.</summary>
    public ReadOnlyMemory<byte>? CommitBody() => StoredBody.Write(_commit, CyclesJsonContext.Default.CommitRequest);

    /// <summary>The event as the journal keeps it, also while the commit stands.</summary>
    public ReadOnlyMemory<byte>? EventBody() =>
        StoredBody.Write(Fallback, CyclesJsonContext.Default.EventCreateRequest);

    /// <summary>Sends the commit: over a wire the very bytes that the journal keeps.</summary>
    public ValueTask<CyclesResponse<CommitResponse>> SendCommitAsync() =>
        Authority is IStoredRequests wire && Record?.CommitBody is { } body
            ? wire.CommitStoredAsync(ReservationId!, Actual.Unit, Key, body, CancellationToken.None)
            : Authority.CommitReservationAsync(ReservationId!, _commit!, CancellationToken.None);

    /// <summary>Sends the event, likewise.</summary>
    public ValueTask<CyclesResponse<EventCreateResponse>> SendEventAsync() =>
        Authority is IStoredRequests wire && Record?.EventFallbackBody is { } body
            ? wire.CreateStoredEventAsync(Actual.Unit, Fallback.IdempotencyKey, body, CancellationToken.None)
            : Authority.CreateEventAsync(Fallback, CancellationToken.None);

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
            // What never was a commit is not recovered: the event is what was asked for.
            Outcome =
                _commit is null && ReservationId is null
                    ? SettlementOutcome.Committed
                    : SettlementOutcome.RecoveredAsEvent,
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
            Subject = _origin?.Subject ?? _event?.Subject ?? new Subject(),
            Action = Action,
            Actual = Actual,
            ActualIsEstimate = ActualIsEstimate,
            IdempotencyKey = Key,
            Metrics = _commit is null ? _event!.Metrics : _commit.Metrics,
            Metadata = _commit is null ? _event!.Metadata : _commit.Metadata,
            Error = error,
            DeadLetter = DeadLetter,
        };

    /// <summary>Nothing is on the ledger, and nothing is to be.</summary>
    public static Settlement Shadowed(Amount actual) => new() { Outcome = SettlementOutcome.Shadowed, Actual = actual };

    private bool TryMove(Keeping from, Keeping to) =>
        Interlocked.CompareExchange(ref _keeping, (int)to, (int)from) == (int)from;

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
