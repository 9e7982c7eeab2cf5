namespace Cycles.Protocol.Tests;

/// <summary>The exact bytes of every request, at its least and with everything in it.</summary>
public sealed class RequestWireTests
{
    private const string LeastHold =
        """{"idempotency_key":"key-1","subject":{"tenant":"acme"},"action":{"kind":"llm.completion","name":"gpt-4o"},"estimate":{"unit":"TOKENS","amount":10}}""";

    private static readonly Subject WholeSubject = new()
    {
        Tenant = "t",
        Workspace = "w",
        App = "a",
        Workflow = "f",
        Agent = "g",
        Toolset = "s",
        Dimensions = new Dictionary<string, string> { ["cost_center"] = "42", ["camelCase"] = "" },
    };

    private const string WholeSubjectJson =
        """{"tenant":"t","workspace":"w","app":"a","workflow":"f","agent":"g","toolset":"s","dimensions":{"cost_center":"42","camelCase":""}}""";

    private static readonly CyclesAction WholeAction = new("tool.search", "web.search") { Tags = ["prod", "eu"] };

    private const string WholeActionJson = """{"kind":"tool.search","name":"web.search","tags":["prod","eu"]}""";

    private static readonly CyclesMetrics WholeMetrics = new()
    {
        TokensInput = 1_500,
        TokensOutput = 800,
        LatencyMs = 2_340,
        ModelVersion = "m-1",
        Custom = Valid.Data("""{"cacheHit":true}"""),
    };

    private const string WholeMetricsJson =
        """{"tokens_input":1500,"tokens_output":800,"latency_ms":2340,"model_version":"m-1","custom":{"cacheHit":true}}""";

    [Test]
    public void Decide_at_its_least() => Wire.Is(Valid.Decision, LeastHold);

    [Test]
    public void Decide_in_full() =>
        Wire.Is(
            new DecisionRequest
            {
                IdempotencyKey = "key-1",
                Subject = WholeSubject,
                Action = WholeAction,
                Estimate = Amount.Usd(1.50m),
                Metadata = Valid.Data("""{"Run":{"Id":1.50}}"""),
            },
            $$$$"""{"idempotency_key":"key-1","subject":{{{{WholeSubjectJson}}}},"action":{{{{WholeActionJson}}}},"estimate":{"unit":"USD_MICROCENTS","amount":150000000},"metadata":{"Run":{"Id":1.50}}}"""
        );

    [Test]
    public void Reserve_at_its_least() => Wire.Is(Valid.Reserve, LeastHold);

    [Test]
    public void Reserve_in_full() =>
        Wire.Is(
            new ReservationCreateRequest
            {
                IdempotencyKey = "key-1",
                Subject = WholeSubject,
                Action = WholeAction,
                Estimate = Amount.RiskPoints(0),
                TtlMs = 30_000,
                GracePeriodMs = 0,
                OveragePolicy = CommitOveragePolicy.AllowWithOverdraft,
                DryRun = false,
                Metadata = Valid.Data("{}"),
            },
            $$$"""{"idempotency_key":"key-1","subject":{{{WholeSubjectJson}}},"action":{{{WholeActionJson}}},"estimate":{"unit":"RISK_POINTS","amount":0},"ttl_ms":30000,"grace_period_ms":0,"overage_policy":"ALLOW_WITH_OVERDRAFT","dry_run":false,"metadata":{}}"""
        );

    [Test]
    public void Commit_at_its_least() =>
        Wire.Is(Valid.Commit, """{"idempotency_key":"key-1","actual":{"unit":"TOKENS","amount":10}}""");

    [Test]
    public void Commit_in_full() =>
        Wire.Is(
            Valid.Commit with
            {
                Metrics = WholeMetrics,
                Metadata = Valid.Data("""{"a":null,"b":[1,2]}"""),
            },
            $$$"""{"idempotency_key":"key-1","actual":{"unit":"TOKENS","amount":10},"metrics":{{{WholeMetricsJson}}},"metadata":{"a":null,"b":[1,2]}}"""
        );

    [Test]
    public void Release()
    {
        Wire.Is(Valid.Release, """{"idempotency_key":"key-1"}""");
        Wire.Is(
            Valid.Release with
            {
                Reason = "guard_dropped",
            },
            """{"idempotency_key":"key-1","reason":"guard_dropped"}"""
        );
    }

    [Test]
    public void Extend()
    {
        Wire.Is(Valid.Extend, """{"idempotency_key":"key-1","extend_by_ms":1000}""");
        Wire.Is(
            Valid.Extend with
            {
                Metadata = Valid.Data("""{"beat":3}"""),
            },
            """{"idempotency_key":"key-1","extend_by_ms":1000,"metadata":{"beat":3}}"""
        );
    }

    [Test]
    public void Event_at_its_least() =>
        Wire.Is(Valid.Event, LeastHold.Replace("estimate", "actual", StringComparison.Ordinal));

    [Test]
    public void Event_in_full() =>
        Wire.Is(
            new EventCreateRequest
            {
                IdempotencyKey = "key-1",
                Subject = WholeSubject,
                Action = WholeAction,
                Actual = Amount.Credits(3),
                OveragePolicy = CommitOveragePolicy.Reject,
                Metrics = WholeMetrics,
                ClientTimeMs = 1_712_956_830_000,
                Metadata = Valid.Data("""{"a":1}"""),
            },
            $$$"""{"idempotency_key":"key-1","subject":{{{WholeSubjectJson}}},"action":{{{WholeActionJson}}},"actual":{"unit":"CREDITS","amount":3},"overage_policy":"REJECT","metrics":{{{WholeMetricsJson}}},"client_time_ms":1712956830000,"metadata":{"a":1}}"""
        );
}
