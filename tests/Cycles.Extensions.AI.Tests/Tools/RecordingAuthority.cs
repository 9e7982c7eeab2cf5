using System.Collections.Concurrent;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>An authority that keeps what it is asked, and fails where told.</summary>
public sealed class RecordingAuthority(ICyclesAuthority inner) : ICyclesAuthority
{
    public ConcurrentQueue<object> Requests { get; } = [];

    public IReadOnlyList<ReservationCreateRequest> Creates => [.. Requests.OfType<ReservationCreateRequest>()];

    public IReadOnlyList<string> Keys => [.. Creates.Select(create => create.IdempotencyKey)];

    public string? Tenant => HidesTenant ? null : inner.Tenant;

    /// <summary>Whether it alone knows whose it is, as a server does that is asked with a key.</summary>
    public bool HidesTenant { get; set; }

    public TimeSpan AttemptTimeout => inner.AttemptTimeout;

    /// <summary>Refuses reserves with it, when set.</summary>
    public CyclesError? RefusesReserves { get; set; }

    /// <summary>Refuses commits with it, when set.</summary>
    public CyclesError? RefusesCommits { get; set; }

    /// <summary>What reserves wait for, when set.</summary>
    public Task? Gate { get; set; }

    /// <summary>What the reserves of an action wait for, by its name.</summary>
    public ConcurrentDictionary<string, Task> Gates { get; } = new();

    /// <summary>Its opinion, when set.</summary>
    public DecisionResponse? Decides { get; set; }

    /// <summary>Whether it can't be reached for reserves and opinions.</summary>
    public bool IsAway { get; set; }

    /// <summary>What commits wait for, when set.</summary>
    public Task? CommitGate { get; set; }

    /// <summary>Called with how many reserves were asked for so far.</summary>
    public Action<int>? OnCreate { get; set; }

    /// <summary>Called after the ledger has refused a reserve.</summary>
    public Action? OnDenied { get; set; }

    /// <summary>Called after the ledger has taken a commit.</summary>
    public Action? OnCommit { get; set; }

    public ICyclesAuthority ForTenant(string tenant) => new RecordingAuthority(inner.ForTenant(tenant));

    public async ValueTask<CyclesResponse<ReservationCreateResponse>> CreateReservationAsync(
        ReservationCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        Requests.Enqueue(request);
        OnCreate?.Invoke(Creates.Count);
        ThrowIfAway();
        await (Gate ?? Gates.GetValueOrDefault(request.Action.Name, Task.CompletedTask));
        var response = RefusesReserves is { } error
            ? new CyclesResponse<ReservationCreateResponse>(error)
            : await inner.CreateReservationAsync(request, cancellationToken);
        if (!response.IsSuccess)
        {
            OnDenied?.Invoke();
        }

        return response;
    }

    public async ValueTask<CyclesResponse<CommitResponse>> CommitReservationAsync(
        string reservationId,
        CommitRequest request,
        CancellationToken cancellationToken = default
    )
    {
        Requests.Enqueue(request);
        if (RefusesCommits is { } error)
        {
            return new CyclesResponse<CommitResponse>(error);
        }

        await (CommitGate ?? Task.CompletedTask);
        var response = await inner.CommitReservationAsync(reservationId, request, cancellationToken);
        OnCommit?.Invoke();
        return response;
    }

    public ValueTask<CyclesResponse<ReleaseResponse>> ReleaseReservationAsync(
        string reservationId,
        ReleaseRequest request,
        CancellationToken cancellationToken = default
    )
    {
        Requests.Enqueue(request);
        return inner.ReleaseReservationAsync(reservationId, request, cancellationToken);
    }

    public ValueTask<CyclesResponse<ReservationExtendResponse>> ExtendReservationAsync(
        string reservationId,
        ReservationExtendRequest request,
        CancellationToken cancellationToken = default
    ) => inner.ExtendReservationAsync(reservationId, request, cancellationToken);

    public ValueTask<CyclesResponse<DecisionResponse>> DecideAsync(
        DecisionRequest request,
        CancellationToken cancellationToken = default
    )
    {
        Requests.Enqueue(request);
        ThrowIfAway();
        return Decides is { } opinion
            ? new(new CyclesResponse<DecisionResponse>(200, opinion, CyclesResponseMetadata.None))
            : inner.DecideAsync(request, cancellationToken);
    }

    public ValueTask<CyclesResponse<ReservationDetail>> GetReservationAsync(
        string reservationId,
        CancellationToken cancellationToken = default
    ) => inner.GetReservationAsync(reservationId, cancellationToken);

    public ValueTask<CyclesResponse<ReservationListResponse>> ListReservationsAsync(
        ReservationListQuery query,
        CancellationToken cancellationToken = default
    ) => inner.ListReservationsAsync(query, cancellationToken);

    public ValueTask<CyclesResponse<BalanceResponse>> GetBalancesAsync(
        BalanceQuery query,
        CancellationToken cancellationToken = default
    ) => inner.GetBalancesAsync(query, cancellationToken);

    public ValueTask<CyclesResponse<EventCreateResponse>> CreateEventAsync(
        EventCreateRequest request,
        CancellationToken cancellationToken = default
    )
    {
        Requests.Enqueue(request);
        return inner.CreateEventAsync(request, cancellationToken);
    }

    private void ThrowIfAway()
    {
        if (IsAway)
        {
            throw new CyclesTransportException("Nobody is there.");
        }
    }
}
