namespace Cycles;

/// <summary>The operations of the protocol's runtime plane.</summary>
internal static class HttpOperations
{
    private static readonly CyclesJsonContext Json = CyclesJsonContext.Default.WithHotPath();

    public static readonly HttpOperation<DecisionResponse> Decide = new(
        "decide",
        200,
        Json.DecisionResponse,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<ReservationCreateResponse> Create = new(
        "createReservation",
        200,
        Json.ReservationCreateResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<CommitResponse> Commit = new(
        "commitReservation",
        200,
        Json.CommitResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReleaseResponse> Release = new(
        "releaseReservation",
        200,
        Json.ReleaseResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReservationExtendResponse> Extend = new(
        "extendReservation",
        200,
        Json.ReservationExtendResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReservationDetail> Get = new(
        "getReservation",
        200,
        Json.ReservationDetail,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<ReservationListResponse> List = new(
        "listReservations",
        200,
        Json.ReservationListResponse,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<BalanceResponse> Balances = new(
        "getBalances",
        200,
        Json.BalanceResponse,
        static answer => answer.Validate()
    );

    public static readonly HttpOperation<EventCreateResponse> Event = new(
        "createEvent",
        201,
        Json.EventCreateResponse,
        static answer => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );
}
