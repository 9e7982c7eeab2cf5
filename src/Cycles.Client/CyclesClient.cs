using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles;

/// <summary>Asks before an agent acts: reserve budget, run the action, commit what it really cost.</summary>
/// <remarks>
/// <para>Thread-safe; one instance serves a whole application.</para>
/// <para>
/// It owns the background settlement of what its guards committed, and drains it when disposed. It never disposes an
/// authority that was handed to it.
/// </para>
/// </remarks>
public sealed class CyclesClient : IAsyncDisposable, IDisposable
{
    private readonly ICyclesAuthority _authority;
    private readonly SubjectResolver _subjects;
    private readonly SpendJournal? _journal;
    private readonly Reserver _reserver;
    private readonly ClientCore _core;

    /// <summary>A client of an authority: one in this process, or any other that implements the seam.</summary>
    /// <param name="authority">Who answers. Stays the caller's: it is not disposed.</param>
    /// <param name="options">What to do unless a call says otherwise; read once. Null for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="authority"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of range, or <see cref="CyclesClientOptions.BaseUrl"/> is set although there is an authority;
    /// the message names it and its bounds.
    /// </exception>
    public CyclesClient(ICyclesAuthority authority, CyclesClientOptions? options = null)
        : this(ClientCore.Of(authority, options)) { }

    /// <summary>A client of the server at an address, over connections of its own.</summary>
    /// <param name="baseUrl">Where it answers: absolute, http or https, with or without a path.</param>
    /// <param name="apiKey">
    /// The API key; null where <see cref="CyclesClientOptions.ApiKeyProvider"/> gives it.
    /// </param>
    /// <param name="options">
    /// What to do unless a call says otherwise; read once. Null for the defaults. Address and key are the arguments'.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="baseUrl"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// Address or key can't be used, or an option is out of range; the message names it and its bounds, and never shows
    /// the key.
    /// </exception>
    public CyclesClient(Uri baseUrl, string? apiKey, CyclesClientOptions? options = null)
        : this(ClientCore.Of(baseUrl, apiKey, options)) { }

    private CyclesClient(ClientCore core)
        : this(core, core.Authority, core.Options.Subject) => core.Root = this;

    private CyclesClient(ClientCore core, ICyclesAuthority authority, Subject? defaults)
    {
        _core = core;
        _authority = authority;
        _subjects = new SubjectResolver(defaults, authority.Tenant);
        _journal = core.OpenJournal(authority);
        _reserver = new Reserver(authority, _journal, _subjects, core.Options, core.Settler, core.Heart, core.Log);
    }

    /// <summary>How many amounts are open in all tenants, how long the oldest is known, and how long is too long.</summary>
    internal (int Count, TimeSpan OldestAge, TimeSpan MaxAge) PendingSettlements =>
        (_core.Settler.Pending.Count, _core.Settler.Pending.OldestAge, _core.Options.MaxPendingAge);

    /// <summary>How long an orderly end waits for them.</summary>
    internal TimeSpan DrainTimeout => _core.Options.DrainTimeout;

    /// <summary>The first client of a core.</summary>
    internal static CyclesClient Over(ClientCore core) => new(core);

    /// <summary>
    /// The client for another tenant of the same authority, with the same options and, over HTTP, the same connections
    /// and a key of its own from <see cref="CyclesClientOptions.ApiKeyProvider"/>.
    /// </summary>
    /// <remarks>
    /// Kept for as long as this client lives, so it may be asked for again and again. Both share one background
    /// settlement: disposing it does nothing, and flushing or disposing this one drains both.
    /// </remarks>
    /// <param name="tenant">The tenant's id: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <returns>The client for it; this one when it is its own.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no credentials for it: no <see cref="CyclesClientOptions.ApiKeyProvider"/> is set.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public CyclesClient ForTenant(string tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        ThrowIfDisposed();
        return IsOwn(tenant) ? this : _core.Tenants.GetOrAdd(tenant, NewTenant);
    }

    /// <summary>The report of shadow mode; null where holds and charges are real.</summary>
    public ShadowReport? Shadow => _core.Options.Shadow;

    /// <summary>Where it logs; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory => _core.Options.LoggerFactory;

    /// <summary>Holds budget for an action, or throws.</summary>
    /// <param name="action">What will be done.</param>
    /// <param name="estimate">How much to hold; 0 is legal. What is held and not spent comes back at commit.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">
    /// Stops the wait; a hold that was on its way by then is given back in the background.
    /// </param>
    /// <returns>The hold. Dispose it, best with <c>await using</c>.</returns>
    /// <exception cref="BudgetDeniedException">The budget said no. Nothing is held and the action must not run.</exception>
    /// <exception cref="CyclesTransportException">
    /// The outcome is unknown, also after one retry with the same key. If a hold was made, its TTL frees it.
    /// </exception>
    /// <exception cref="CyclesException">The request failed otherwise, for example with 404 or UNIT_MISMATCH.</exception>
    /// <exception cref="ArgumentException">
    /// An argument is not valid, or no subject is given anywhere; nothing is sent.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<ReservationGuard> ReserveAsync(
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var attempt = await AttemptAsync(action, estimate, options, cancellationToken).ConfigureAwait(false);
        return attempt.Guard ?? throw new BudgetDeniedException(attempt.Denial!);
    }

    /// <summary>Holds budget for an action, or says why not. Only a denial is returned; every failure throws.</summary>
    /// <param name="action">What will be done.</param>
    /// <param name="estimate">How much to hold; 0 is legal.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">
    /// Stops the wait; a hold that was on its way by then is given back in the background.
    /// </param>
    /// <returns>A guard or a denial. Dispose it, best with <c>await using</c>.</returns>
    /// <exception cref="CyclesTransportException">
    /// The outcome is unknown, also after one retry with the same key. If a hold was made, its TTL frees it.
    /// </exception>
    /// <exception cref="CyclesException">The request failed otherwise, for example with 404 or UNIT_MISMATCH.</exception>
    /// <exception cref="ArgumentException">
    /// An argument is not valid, or no subject is given anywhere; nothing is sent.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<ReserveAttempt> TryReserveAsync(
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options = null,
        CancellationToken cancellationToken = default
    ) => await AttemptAsync(action, estimate, options, cancellationToken).ConfigureAwait(false);

    /// <summary>Reserves, runs the work, and commits the amount that it returns.</summary>
    /// <remarks>
    /// The work's result is never lost to its settlement: a pending or refused one is in the result. Work that throws is
    /// released, and its exception comes through. Work that settled the guard itself returns <c>(Amount?)null</c>; so
    /// does work that does not know its cost, and <see cref="WhenActualIsMissing"/> decides then.
    /// </remarks>
    /// <typeparam name="T">The work's result.</typeparam>
    /// <param name="action">What will be done.</param>
    /// <param name="estimate">How much to hold; 0 is legal.</param>
    /// <param name="body">The work: gets the guard and the token, returns its result and what it cost.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">
    /// Stops the wait for the reserve, and is handed to the work; under <see cref="LeasePolicy.Cancel"/> what the work
    /// gets is also cancelled when the hold is lost.
    /// </param>
    /// <returns>The work's result and how its cost was settled.</returns>
    /// <exception cref="BudgetDeniedException">The budget said no; the work did not run.</exception>
    /// <exception cref="CyclesException">The reserve failed; the work did not run.</exception>
    /// <exception cref="ArgumentException">An argument is not valid; nothing is sent and the work did not run.</exception>
    /// <exception cref="InvalidOperationException">
    /// The work settled the guard itself and returned an amount too, or it returned no usable amount under
    /// <see cref="WhenActualIsMissing.Surface"/>. Nothing was sent for it.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; the work did not run.</exception>
    /// <exception cref="OperationCanceledException">The reserve was cancelled, or the work.</exception>
    public async Task<RunResult<T>> RunAsync<T>(
        CyclesAction action,
        Amount estimate,
        Func<ReservationGuard, CancellationToken, Task<(T Value, Amount? Actual)>> body,
        ReserveOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        var guard = await ReserveAsync(action, estimate, options, cancellationToken).ConfigureAwait(false);
        T value;
        Amount? actual;
        using var lost = guard.LeaseLost.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(guard.LeaseLost, cancellationToken)
            : null;
        try
        {
            (value, actual) = await body(guard, lost?.Token ?? cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await guard.EndAsync(ReleaseReasons.ActionFailed).ConfigureAwait(false);
            throw;
        }

        // Without the token: the work is done, and cancellation must hide neither its result nor its cost.
        return new RunResult<T>(value, await guard.ConcludeAsync(actual).ConfigureAwait(false));
    }

    /// <summary>Asks for an opinion without holding anything (protocol operation <c>decide</c>).</summary>
    /// <param name="action">What would be done.</param>
    /// <param name="estimate">What it is expected to cost.</param>
    /// <param name="options">
    /// What this call does differently; of these the subject, the idempotency key and the metadata count.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The opinion; DENY is a normal one. A reserve a moment later may still be denied.</returns>
    /// <exception cref="CyclesException">The request failed.</exception>
    /// <exception cref="CyclesTransportException">No usable answer came back.</exception>
    /// <exception cref="ArgumentException">An argument is not valid; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public async Task<DecisionResponse> DecideAsync(
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDisposed();
        var client = For(options?.Subject);
        var request = new DecisionRequest
        {
            IdempotencyKey = options?.IdempotencyKey ?? IdempotencyKeys.New(),
            Subject = client._subjects.Resolve(options?.Subject),
            Action = Copies.Of(action),
            Estimate = estimate,
            Metadata = Copies.Of(options?.Metadata),
        };
        Arguments.ThrowIf(request.Validate(), nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        var response = await Observed
            .DecideAsync(_core.Settler.Clock, client._authority, request, cancellationToken)
            .ConfigureAwait(false);
        return response.IsSuccess
            ? response.Value with
            {
                ResponseMetadata = response.Metadata,
            }
            : throw CyclesException.Refused($"Asking for {estimate}", response.Error, response.Metadata);
    }

    /// <summary>Evaluates a reserve without holding anything (a dry run of <c>createReservation</c>).</summary>
    /// <param name="action">What would be done.</param>
    /// <param name="estimate">How much would be held.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What a reserve would answer now; DENY is a normal answer.</returns>
    /// <exception cref="CyclesException">The request failed.</exception>
    /// <exception cref="CyclesTransportException">No usable answer came back, also after one retry.</exception>
    /// <exception cref="ArgumentException">An argument is not valid; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public async Task<ReservationCreateResponse> EvaluateAsync(
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDisposed();
        var reserver = For(options?.Subject)._reserver;
        var request = reserver.NewRequest(action, estimate, options, dryRun: true);
        return await reserver.EvaluateAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Charges what happened without a hold (protocol operation <c>createEvent</c>).</summary>
    /// <remarks>It is settled like a commit: what gets no answer goes on in the background with the same key.</remarks>
    /// <param name="action">What was done.</param>
    /// <param name="actual">What it cost; 0 is legal.</param>
    /// <param name="options">What else to say.</param>
    /// <param name="cancellationToken">Stops the wait. The settlement runs all the same.</param>
    /// <returns>What the first attempt came to: Committed or Pending; Shadowed in shadow mode, where nothing is sent.</returns>
    /// <exception cref="CyclesException">
    /// Refused for good: the spend is real and not recorded, and <see cref="CyclesClientOptions.OnSpendUnrecorded"/> is
    /// told.
    /// </exception>
    /// <exception cref="ArgumentException">An argument is not valid; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">
    /// The client's drain has ended; nothing is sent, and <see cref="CyclesClientOptions.OnSpendUnrecorded"/> is told.
    /// Not where the journal keeps it for the next start: then it is Pending.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<Settlement> RecordEventAsync(
        CyclesAction action,
        Amount actual,
        EventOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        var client = For(options?.Subject);
        var request = new EventCreateRequest
        {
            IdempotencyKey = options?.IdempotencyKey ?? IdempotencyKeys.New(),
            Subject = client._subjects.Resolve(options?.Subject),
            Action = Copies.Of(action),
            Actual = actual,
            OveragePolicy = options?.OveragePolicy ?? _core.Options.OveragePolicy,
            Metrics = Copies.Of(options?.Metrics),
            ClientTimeMs = options?.OccurredAt?.ToUnixTimeMilliseconds(),
            Metadata = Copies.Of(options?.Metadata),
        };
        Arguments.ThrowIf(request.Validate(), nameof(options));
        if (Shadow is not null)
        {
            return SpendSettlement.Shadowed(actual);
        }

        var settlement = await _core
            .Settler.SettleAsync(
                new SpendSettlement(client._authority, request)
                {
                    Clock = _core.Settler.Clock,
                    Journal = client._journal,
                }
            )
            .AsTask()
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        if (settlement.Outcome != SettlementOutcome.Rejected)
        {
            return settlement;
        }

        throw settlement.Error is { } error
            ? CyclesException.Refused($"Recording {actual}", error, settlement)
            : new ObjectDisposedException(
                nameof(CyclesClient),
                $"The client is disposed, so the event over {actual} was not sent. OnSpendUnrecorded was told."
            );
    }

    /// <summary>Reads balances, page by page as they are enumerated (protocol operation <c>getBalances</c>).</summary>
    /// <param name="query">Which ones; null for the client's tenant and all below it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The balances; enumerating may throw <see cref="CyclesException"/>.</returns>
    /// <exception cref="ArgumentException">The query is not valid, or neither it nor the client names a subject; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public IAsyncEnumerable<Balance> GetBalancesAsync(
        BalanceQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        Paging.ItemsAsync(
            GetBalancePagesAsync(query, cancellationToken),
            static page => page.Balances,
            cancellationToken
        );

    /// <summary>As <see cref="GetBalancesAsync"/>, by whole pages: each tells what came with its answer.</summary>
    /// <param name="query">Which ones, and how many on a page; null for the client's tenant and all below it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pages; enumerating may throw <see cref="CyclesException"/>.</returns>
    /// <exception cref="ArgumentException">The query is not valid, or neither it nor the client names a subject; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public IAsyncEnumerable<BalanceResponse> GetBalancePagesAsync(
        BalanceQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDisposed();
        query ??= new BalanceQuery { Subject = Everything, IncludeChildren = true };
        Arguments.ThrowIf(query.Validate(), nameof(query));
        return Paging.BalancesAsync(For(query.Subject)._authority, query, cancellationToken);
    }

    /// <summary>Lists reservations, page by page as they are enumerated (protocol operation <c>listReservations</c>).</summary>
    /// <param name="query">Which ones, and in what order; null for all of the client's tenant.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The reservations; enumerating may throw <see cref="CyclesException"/>.</returns>
    /// <exception cref="ArgumentException">The query is not valid; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public IAsyncEnumerable<ReservationSummary> ListReservationsAsync(
        ReservationListQuery? query = null,
        CancellationToken cancellationToken = default
    ) =>
        Paging.ItemsAsync(
            ListReservationPagesAsync(query, cancellationToken),
            static page => page.Reservations,
            cancellationToken
        );

    /// <summary>As <see cref="ListReservationsAsync"/>, by whole pages: each tells what came with its answer.</summary>
    /// <param name="query">Which ones, in what order, and how many on a page; null for all of the client's tenant.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pages; enumerating may throw <see cref="CyclesException"/>.</returns>
    /// <exception cref="ArgumentException">The query is not valid; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public IAsyncEnumerable<ReservationListResponse> ListReservationPagesAsync(
        ReservationListQuery? query = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDisposed();
        query ??= new ReservationListQuery();
        Arguments.ThrowIf(query.Validate(), nameof(query));
        return Paging.ReservationsAsync(For(query.Subject)._authority, query, cancellationToken);
    }

    /// <summary>Reads one reservation (protocol operation <c>getReservation</c>).</summary>
    /// <param name="reservationId">The hold's id.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The reservation.</returns>
    /// <exception cref="CyclesException">There is none (404), or it has expired (410), or the request failed.</exception>
    /// <exception cref="ArgumentException"><paramref name="reservationId"/> is null or empty; nothing is sent.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed; nothing is sent.</exception>
    public async Task<ReservationDetail> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfDisposed();
        ArgumentException.ThrowIfNullOrWhiteSpace(reservationId);
        var response = await _authority.GetReservationAsync(reservationId, cancellationToken).ConfigureAwait(false);
        return response.IsSuccess
            ? response.Value with
            {
                ResponseMetadata = response.Metadata,
            }
            : throw CyclesException.Refused($"Reading reservation {reservationId}", response.Error, response.Metadata);
    }

    /// <summary>
    /// Tries again now what is still unsettled, save what the authority asked to hold back, and waits until nothing is
    /// open, whatever is added meanwhile, what the journal held included. May be called as often as wanted.
    /// </summary>
    /// <param name="timeout">How long to wait, 0 or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Stops the wait; the settlements go on.</param>
    /// <returns>What was settled and refused meanwhile, and what is still open.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        }

        return _core.Settler.FlushAsync(timeout, cancellationToken);
    }

    /// <summary>
    /// Stops at once and waits for nothing: what is unsettled stays in the journal, or is reported to
    /// <see cref="CyclesClientOptions.OnSpendUnrecorded"/> where none keeps it, and open guards are freed by their TTL. Prefer
    /// <see cref="DisposeAsync"/>. Does nothing on a client from <see cref="ForTenant"/>.
    /// </summary>
    public void Dispose()
    {
        if (IsRoot)
        {
            _core.Dispose();
        }
    }

    /// <summary>
    /// Takes no new work and waits up to <see cref="CyclesClientOptions.DrainTimeout"/> for open settlements. The rest
    /// stays in the journal, or is reported to <see cref="CyclesClientOptions.OnSpendUnrecorded"/> where none keeps it.
    /// Until then open guards can still be settled.
    /// Does nothing on a client from <see cref="ForTenant"/>.
    /// </summary>
    /// <returns>Completes when the drain has ended.</returns>
    public ValueTask DisposeAsync() => IsRoot ? _core.DisposeAsync() : default;

    private bool IsRoot => ReferenceEquals(this, _core.Root);

    /// <summary>All that this client can see: its tenant, or its own levels where only the server knows the tenant.</summary>
    private Subject Everything =>
        _subjects.Default.Tenant is { } tenant ? new Subject { Tenant = tenant } : _subjects.Default;

    private ValueTask<ReserveAttempt> AttemptAsync(
        CyclesAction action,
        Amount estimate,
        ReserveOptions? options,
        CancellationToken cancellationToken
    )
    {
        ThrowIfDisposed();
        var reserver = For(options?.Subject)._reserver;
        var shadow = options?.Shadow ?? Shadow;
        var request = reserver.NewRequest(action, estimate, options, dryRun: shadow is not null);
        return shadow is null
            ? reserver.ReserveAsync(request, options, cancellationToken)
            : reserver.ShadowAsync(request, options, shadow, cancellationToken);
    }

    /// <summary>
    /// The client of the tenant that a subject names. Where nothing says whose this client is, the server alone knows,
    /// and the subject is sent as it is.
    /// </summary>
    private CyclesClient For(Subject? subject)
    {
        if (subject?.Tenant is not { } tenant || _subjects.Default.Tenant is null || IsOwn(tenant))
        {
            return this;
        }

        // What is no tenant's id goes on to the validation, which names the field.
        return _core.Tenants.TryGetValue(tenant, out var known) ? known
            : subject.Validate() is null ? ForTenant(tenant)
            : this;
    }

    /// <summary>The ledger knows tenants in lower case.</summary>
    private bool IsOwn(string tenant) =>
        string.Equals(tenant, _subjects.Default.Tenant, StringComparison.OrdinalIgnoreCase);

    private CyclesClient NewTenant(string tenant) =>
        _core.Root!.IsOwn(tenant)
            ? _core.Root
            : new CyclesClient(_core, _core.Authority.ForTenant(tenant), Defaults(tenant));

    private Subject Defaults(string tenant) => (_core.Options.Subject ?? new Subject()) with { Tenant = tenant };

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_core.IsDisposed, this);
}
