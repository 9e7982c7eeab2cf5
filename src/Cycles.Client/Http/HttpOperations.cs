namespace Cycles;

/// <summary>The operations of the protocol's runtime plane.</summary>
internal static class HttpOperations
{
    private static readonly CyclesJsonContext Json = CyclesJsonContext.Default.WithHotPath();

    public static readonly HttpOperation<DecisionResponse> Decide = new(
        "decide",
        200,
        Json.DecisionResponse,
        static (answer, _) => answer.Validate()
    );

    public static readonly HttpOperation<ReservationCreateResponse> Create = new(
        "createReservation",
        200,
        Json.ReservationCreateResponse,
        static (answer, unit) => answer.Validate() ?? InUnit("reserved", answer.Reserved, unit),
        static (answer, balances) => answer with { Balances = balances }
    )
    {
        NeedsBudget = true,
    };

    public static readonly HttpOperation<CommitResponse> Commit = new(
        "commitReservation",
        200,
        Json.CommitResponse,
        static (answer, unit) =>
            answer.Validate() ?? InUnit("charged", answer.Charged, unit) ?? InUnit("released", answer.Released, unit),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReleaseResponse> Release = new(
        "releaseReservation",
        200,
        Json.ReleaseResponse,
        static (answer, _) => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReservationExtendResponse> Extend = new(
        "extendReservation",
        200,
        Json.ReservationExtendResponse,
        static (answer, _) => answer.Validate(),
        static (answer, balances) => answer with { Balances = balances }
    );

    public static readonly HttpOperation<ReservationDetail> Get = new(
        "getReservation",
        200,
        Json.ReservationDetail,
        static (answer, _) => answer.Validate()
    );

    public static readonly HttpOperation<ReservationListResponse> List = new(
        "listReservations",
        200,
        Json.ReservationListResponse,
        static (answer, _) => answer.Validate()
    );

    public static readonly HttpOperation<BalanceResponse> Balances = new(
        "getBalances",
        200,
        Json.BalanceResponse,
        static (answer, _) => answer.Validate()
    );

    public static readonly HttpOperation<EventCreateResponse> Event = new(
        "createEvent",
        201,
        Json.EventCreateResponse,
        static (answer, unit) => answer.Validate() ?? InUnit("charged", answer.Charged, unit),
        static (answer, balances) => answer with { Balances = balances }
    )
    {
        NeedsBudget = true,
    };

    /// <summary>
    /// A reservation has one unit for all its life (protocol, scope of v0), and an event has its own: an amount in
    /// another one says nothing about what was asked.
    /// </summary>
    private static ValidationFinding? InUnit(string field, Amount? answered, AmountUnit asked) =>
        answered is { } amount && amount.Unit != asked
            ? new ValidationFinding($"{field}.unit", $"must be that of the request but was {amount}")
            : null;
}
