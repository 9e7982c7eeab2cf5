namespace Cycles.Client.Tests;

/// <summary>An authority that counts its calls, keeps their requests, and fails as told.</summary>
public sealed class FaultyAuthority(ICyclesAuthority inner) : ICyclesAuthority
{
    private readonly object _gate = new();
    private readonly List<(Operation Operation, object Request, CancellationToken Token)> _calls = [];
    private readonly Dictionary<Operation, Queue<Fault>> _next = [];
    private readonly Dictionary<Operation, Func<Fault>> _always = [];

    public string? Tenant { get; set; } = inner.Tenant;

    public TimeSpan AttemptTimeout { get; set; } = inner.AttemptTimeout;

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<Operation> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls.Select(call => call.Operation)];
            }
        }
    }

    public int Count(params Operation[] operations)
    {
        lock (_gate)
        {
            return _calls.Count(call => operations.Length == 0 || operations.Contains(call.Operation));
        }
    }

    public IReadOnlyList<T> Requests<T>(Operation operation)
    {
        lock (_gate)
        {
            return [.. _calls.Where(call => call.Operation == operation).Select(call => (T)call.Request)];
        }
    }

    public bool AnyCancellable(Operation operation)
    {
        lock (_gate)
        {
            return _calls.Any(call => call.Operation == operation && call.Token.CanBeCanceled);
        }
    }

    /// <summary>The next calls fail so, one after the other.</summary>
    public void Next(Operation operation, params Fault[] faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        lock (_gate)
        {
            _next[operation] = new Queue<Fault>(faults);
        }
    }

    /// <summary>Every call fails so, until told otherwise.</summary>
    public void Always(Operation operation, Fault fault) => Always(operation, () => fault);

    /// <summary>Every call fails as chance has it, until told otherwise.</summary>
    public void Always(Operation operation, Func<Fault> fault)
    {
        lock (_gate)
        {
            _always[operation] = fault;
        }
    }

    public ICyclesAuthority ForTenant(string tenant) => new FaultyAuthority(inner.ForTenant(tenant));

    public ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        DecisionRequest request,
        CancellationToken cancellationToken = default
    ) => RunAsync(Operation.Decide, request, () => inner.DecideAsync(request, cancellationToken), cancellationToken);

    public ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            Operation.Create,
            request,
            () => inner.CreateReservationAsync(request, cancellationToken),
            cancellationToken
        );

    public ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            Operation.Commit,
            request,
            () => inner.CommitReservationAsync(reservationId, request, cancellationToken),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            Operation.Release,
            request,
            () => inner.ReleaseReservationAsync(reservationId, request, cancellationToken),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            Operation.Extend,
            request,
            () => inner.ExtendReservationAsync(reservationId, request, cancellationToken),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(
            Operation.Get,
            reservationId,
            () => inner.GetReservationAsync(reservationId, cancellationToken),
            cancellationToken
        );

    public ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(Operation.List, query, () => inner.ListReservationsAsync(query, cancellationToken), cancellationToken);

    public ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    ) => RunAsync(Operation.Balances, query, () => inner.GetBalancesAsync(query, cancellationToken), cancellationToken);

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    ) =>
        RunAsync(Operation.Event, request, () => inner.CreateEventAsync(request, cancellationToken), cancellationToken);

    private async ValueTask<CyclesResponse<T>> RunAsync<T>(
        Operation operation,
        object request,
        Func<ValueTask<CyclesResponse<T>>> call,
        CancellationToken token
    )
        where T : class
    {
        var fault = Take(operation, request, token);
        if (fault.Gate is not null)
        {
            await fault.Gate;
        }

        CyclesResponse<T>? answer = fault.Applies ? await call() : null;
        if (fault.Thrown is not null)
        {
            throw fault.Thrown;
        }

        if (fault.IsBlank)
        {
            return default;
        }

        if (fault.Scripted is not null)
        {
            return new CyclesResponse<T>(200, (T)fault.Scripted);
        }

        if (fault.Error is not null)
        {
            return new CyclesResponse<T>(fault.Error);
        }

        return fault.Mangled is null && fault.Status is null || answer is not { IsSuccess: true } real
            ? answer!.Value
            : new CyclesResponse<T>(
                fault.Status ?? real.Status,
                (T)(fault.Mangled?.Invoke(real.Value) ?? real.Value),
                real.Metadata
            );
    }

    private Fault Take(Operation operation, object request, CancellationToken token)
    {
        lock (_gate)
        {
            _calls.Add((operation, request, token));
            return _next.TryGetValue(operation, out var queue) && queue.TryDequeue(out var fault)
                ? fault
                : _always.GetValueOrDefault(operation, static () => Fault.None)();
        }
    }
}
