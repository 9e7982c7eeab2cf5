using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Authority.Tests;

/// <summary>
/// What every authority does, whatever stands behind the seam. A backend subclasses this in one line. Scopes and keys
/// are fresh in each test, so that a server that keeps its data can be tested again and again; budgets never lie on the
/// tenant itself, which all tests share there.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract partial class AuthorityConformance(Func<ConformanceBackend> createBackend)
{
    private const AmountUnit Unit = AmountUnit.Tokens;

    private static readonly CyclesAction Action = new("llm.completion", "gpt-4o");

    private readonly string _unique = Guid.NewGuid().ToString("N")[..12];
    private ConformanceBackend _backend = null!;

    protected ICyclesAuthority Authority => _backend.Authority;

    [SetUp]
    public void OpenBackend() => _backend = createBackend();

    [TearDown]
    public async Task CloseBackend() => await _backend.DisposeAsync();

    /// <summary>A subject of this test alone, with one to four levels below the tenant.</summary>
    private Subject SubjectOf(int levels = 1) =>
        new()
        {
            Tenant = _backend.Tenant,
            Workspace = $"ws-{_unique}",
            App = levels > 1 ? "app" : null,
            Workflow = levels > 2 ? "flow" : null,
            Agent = levels > 3 ? "bot" : null,
        };

    private string PathOf(int levels = 1)
    {
        var path = $"tenant:{_backend.Tenant}/workspace:ws-{_unique}";
        string[] below = ["/app:app", "/workflow:flow", "/agent:bot"];
        return path + string.Concat(below.Take(levels - 1));
    }

    /// <summary>Creates a budget on each level below the tenant, the first one outermost.</summary>
    private async Task<Subject> SeedAsync(params (long Allocated, long OverdraftLimit)[] budgets)
    {
        for (var i = 0; i < budgets.Length; i++)
        {
            await _backend.SeedAsync(
                PathOf(i + 1),
                Amount.Tokens(budgets[i].Allocated),
                Amount.Tokens(budgets[i].OverdraftLimit)
            );
        }

        return SubjectOf(budgets.Length);
    }

    private Task<Subject> SeedAsync(params long[] allocated) =>
        SeedAsync(Array.ConvertAll(allocated, amount => (amount, 0L)));

    private static string Key() => Guid.NewGuid().ToString();

    private static ReservationCreateRequest ReserveRequest(Subject subject, long estimate) =>
        new()
        {
            IdempotencyKey = Key(),
            Subject = subject,
            Action = Action,
            Estimate = Amount.Tokens(estimate),
        };

    private static DecisionRequest DecideRequest(Subject subject, long estimate) =>
        new()
        {
            IdempotencyKey = Key(),
            Subject = subject,
            Action = Action,
            Estimate = Amount.Tokens(estimate),
        };

    private static CommitRequest CommitOf(long actual) =>
        new() { IdempotencyKey = Key(), Actual = Amount.Tokens(actual) };

    private static ReleaseRequest ReleaseOf() => new() { IdempotencyKey = Key() };

    private static ReservationExtendRequest ExtendOf(long byMs) => new() { IdempotencyKey = Key(), ExtendByMs = byMs };

    private static EventCreateRequest EventOf(Subject subject, long amount, CommitOveragePolicy? policy = null) =>
        new()
        {
            IdempotencyKey = Key(),
            Subject = subject,
            Action = Action,
            Actual = Amount.Tokens(amount),
            OveragePolicy = policy,
        };

    private async Task<ReservationCreateResponse> HoldAsync(ReservationCreateRequest request) =>
        Value(await Authority.CreateReservationAsync(request));

    /// <summary>Holds and gives the reservation's id.</summary>
    private async Task<string> HoldAsync(Subject subject, long estimate, CommitOveragePolicy? policy = null) =>
        (await HoldAsync(ReserveRequest(subject, estimate) with { OveragePolicy = policy })).ReservationId!;

    private async Task ChargeAsync(Subject subject, long amount, CommitOveragePolicy policy) =>
        Value(await Authority.CreateEventAsync(EventOf(subject, amount, policy)));

    private async Task<Balance> BalanceAsync(int levels = 1) =>
        Value(
            await Authority.GetBalancesAsync(new BalanceQuery { Subject = SubjectOf(levels), IncludeChildren = true })
        )
            .Balances.Single(balance => balance.ScopePath == PathOf(levels));

    private async Task<LedgerRow> LedgerAsync(int levels = 1) => LedgerRow.Of(await BalanceAsync(levels));

    private async Task<LedgerRow[]> LedgersAsync(int count)
    {
        var rows = new LedgerRow[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = await LedgerAsync(i + 1);
        }

        return rows;
    }

    private static LedgerRow[] RowsOf(IEnumerable<Balance>? balances) => balances!.Select(LedgerRow.Of).ToArray();

    private static T Value<T>(CyclesResponse<T> response)
        where T : class
    {
        Assert.That(response.IsSuccess, Is.True, $"{response.Error?.RawCode}: {response.Error?.Message}");
        return response.Value!;
    }

    private static CyclesError Refused<T>(CyclesResponse<T> response, int status, ErrorCode code)
        where T : class
    {
        Assert.That((response.Status, response.Error?.Code), Is.EqualTo((status, code)), response.Error?.Message);
        return response.Error!;
    }

    private void RequireOwnErrors()
    {
        if (!_backend.HasOwnErrors)
        {
            Assert.Ignore("This backend words its errors itself.");
        }
    }

    /// <summary>A response as it stands on the wire, without what every replay makes afresh.</summary>
    private static string Frozen<T>(T response, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToNode(response, type)!.AsObject();
        json.Remove("remaining_ttl_ms");
        return json.ToJsonString();
    }

    private static Dictionary<string, JsonElement> Json(string json) =>
        JsonNode.Parse(json)!.AsObject().ToDictionary(p => p.Key, p => JsonSerializer.SerializeToElement(p.Value));
}
