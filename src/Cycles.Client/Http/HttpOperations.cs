namespace Cycles;

/// <summary>The operations of the protocol's runtime plane.</summary>
internal static class HttpOperations
{
    public static readonly HttpOperation<DecisionResponse> Decide = new(
        "decide",
        200,
        CyclesJsonContext.Default.DecisionResponse,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<ReservationCreateResponse> Create = new(
        "createReservation",
        200,
        CyclesJsonContext.Default.ReservationCreateResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<CommitResponse> Commit = new(
        "commitReservation",
        200,
        CyclesJsonContext.Default.CommitResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReleaseResponse> Release = new(
        "releaseReservation",
        200,
        CyclesJsonContext.Default.ReleaseResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReservationExtendResponse> Extend = new(
        "extendReservation",
        200,
        CyclesJsonContext.Default.ReservationExtendResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReservationDetail> Get = new(
        "getReservation",
        200,
        CyclesJsonContext.Default.ReservationDetail,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<ReservationListResponse> List = new(
        "listReservations",
        200,
        CyclesJsonContext.Default.ReservationListResponse,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<BalanceResponse> Balances = new(
        "getBalances",
        200,
        CyclesJsonContext.Default.BalanceResponse,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<EventCreateResponse> Event = new(
        "createEvent",
        201,
        CyclesJsonContext.Default.EventCreateResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );
}
