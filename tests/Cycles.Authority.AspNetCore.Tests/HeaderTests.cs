namespace Cycles.Authority.AspNetCore.Tests;

public sealed class HeaderTests : HostFixture
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Other = "0123456789abcdef0123456789abcdef";
    private const string Parent = $"00-{Trace}-00f067aa0ba902b7-01";
    private const string Zero = "00000000000000000000000000000000";

    [TestCase(Parent, null, Trace)]
    [TestCase(Parent, Other, Trace, Description = "traceparent wins")]
    [TestCase(null, Other, Other)]
    [TestCase($"00-{Trace}-00f067aa0ba902b7-00", null, Trace)]
    [TestCase($"01-{Trace}-00f067aa0ba902b7-01", Other, Other)]
    [TestCase($"00-{Zero}-00f067aa0ba902b7-01", Other, Other)]
    [TestCase($"00-{Trace}-0000000000000000-01", Other, Other)]
    [TestCase($"00-{Trace}-00f067aa0ba902b7-0", Other, Other)]
    [TestCase($"00-{Trace}-00f067aa0ba902b7-01-x", Other, Other)]
    [TestCase($"00-{Trace}-00F067AA0BA902B7-01", Other, Other)]
    [TestCase($"00_{Trace}_00f067aa0ba902b7_01", Other, Other)]
    [TestCase("garbage", Other, Other)]
    [TestCase("garbage", "garbage", null)]
    [TestCase(null, "4BF92F3577B34DA6A3CE929D0E0E4736", null)]
    [TestCase(null, Zero, null)]
    [TestCase(null, null, null)]
    public async Task The_trace_is_the_first_valid_one_or_fresh(string? parent, string? flat, string? expected)
    {
        var headers = new List<(string, string)>();
        if (parent is not null)
        {
            headers.Add(("traceparent", parent));
        }

        if (flat is not null)
        {
            headers.Add(("X-Cycles-Trace-Id", flat));
        }

        var good = await Host.GetAsync("/v1/balances?tenant=acme", [.. headers]);
        var bad = await Host.GetAsync("/v1/balances", [.. headers]);

        Assert.That((good.Status, bad.Status), Is.EqualTo((200, 400)));
        var seen = good.Header("X-Cycles-Trace-Id")!;
        Assert.That(seen, expected is null ? Does.Match("^[0-9a-f]{32}$") : Is.EqualTo(expected));
        Assert.That(seen, Is.Not.EqualTo(Zero).And.Not.EqualTo(expected is null ? Other : Zero));
        Assert.That(bad.Header("X-Cycles-Trace-Id"), expected is null ? Is.Not.EqualTo(seen) : Is.EqualTo(expected));
    }

    [Test]
    public async Task Two_traceparents_are_none()
    {
        var reply = await Host.GetAsync(
            "/v1/balances?tenant=acme",
            ("traceparent", Parent),
            ("traceparent", Parent),
            ("X-Cycles-Trace-Id", Other)
        );

        Assert.That(reply.Header("X-Cycles-Trace-Id"), Is.EqualTo(Other));
    }

    [Test]
    public async Task Every_request_has_an_id_of_its_own()
    {
        var ids = new HashSet<string?>();
        for (var i = 0; i < 100; i++)
        {
            ids.Add((await Host.GetAsync(i % 2 == 0 ? "/health" : "/nothing")).Header("X-Request-Id"));
        }

        Assert.That(ids, Has.Count.EqualTo(100));
    }

    [Test]
    public async Task The_tenant_is_named_once_it_is_known()
    {
        var known = await Host.GetAsync("/v1/balances");
        var unknown = await Host.GetAsync("/v1/balances", ("X-Cycles-API-Key", "nobody"));

        Assert.That(known.Header("X-Cycles-Tenant"), Is.EqualTo("acme"));
        Assert.That(unknown.Header("X-Cycles-Tenant"), Is.Null);
    }
}
