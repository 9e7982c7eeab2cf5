namespace Cycles.Client.Tests;

/// <summary>An HTTP authority and good requests for it.</summary>
internal static class Seam
{
    public const string Key = "cyc_test_secret";

    /// <summary>Of each attempt.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromMinutes(1);

    public static DecisionRequest Decide { get; } =
        new()
        {
            IdempotencyKey = "k",
            Subject = new() { Tenant = "acme" },
            Action = new("llm.completion", "gpt-4o"),
            Estimate = Amount.Tokens(10),
        };

    public static ReservationCreateRequest Reserve { get; } =
        new()
        {
            IdempotencyKey = "k",
            Subject = new() { Tenant = "acme" },
            Action = new("llm.completion", "gpt-4o"),
            Estimate = Amount.Tokens(10),
        };

    public static CommitRequest Commit { get; } = new() { IdempotencyKey = "k", Actual = Amount.Tokens(7) };

    public static ReleaseRequest Release { get; } = new() { IdempotencyKey = "k" };

    public static ReservationExtendRequest Extend { get; } = new() { IdempotencyKey = "k", ExtendByMs = 1 };

    public static EventCreateRequest Event { get; } =
        new()
        {
            IdempotencyKey = "k",
            Subject = new() { Tenant = "acme" },
            Action = new("llm.completion", "gpt-4o"),
            Actual = Amount.Tokens(7),
        };

    /// <summary>Everything that an operation changes with, in one list.</summary>
    public static IReadOnlyList<(
        string Name,
        Func<ICyclesAuthority, CancellationToken, Task<Answer>> Send
    )> Posts { get; } =
    [
        ("decide", async (a, token) => Answer.Of(await a.DecideAsync(Decide, token))),
        ("createReservation", async (a, token) => Answer.Of(await a.CreateReservationAsync(Reserve, token))),
        ("commitReservation", async (a, token) => Answer.Of(await a.CommitReservationAsync("rsv_1", Commit, token))),
        ("releaseReservation", async (a, token) => Answer.Of(await a.ReleaseReservationAsync("rsv_1", Release, token))),
        ("extendReservation", async (a, token) => Answer.Of(await a.ExtendReservationAsync("rsv_1", Extend, token))),
        ("createEvent", async (a, token) => Answer.Of(await a.CreateEventAsync(Event, token))),
    ];

    public static IReadOnlyList<(
        string Name,
        Func<ICyclesAuthority, CancellationToken, Task<Answer>> Send
    )> Gets { get; } =
    [
        ("getReservation", async (a, token) => Answer.Of(await a.GetReservationAsync("rsv_1", token))),
        ("listReservations", async (a, token) => Answer.Of(await a.ListReservationsAsync(new(), token))),
        (
            "getBalances",
            async (a, token) =>
                Answer.Of(await a.GetBalancesAsync(new() { Subject = new() { Tenant = "acme" } }, token))
        ),
    ];

    /// <summary>Over a handler as the client without a container has it. A slow machine meets no deadline.</summary>
    public static HttpSeam Open(Uri url, Action<CyclesClientOptions>? configure = null)
    {
        var options = Options(url);
        configure?.Invoke(options);
        return new HttpSeam(HttpHandlers.NewInvoker(options), options);
    }

    public static CyclesClientOptions Options(Uri url) =>
        new()
        {
            BaseUrl = url,
            ApiKey = Key,
            ConnectTimeout = Deadline / 2,
            ReadTimeout = Deadline / 2,
        };
}
