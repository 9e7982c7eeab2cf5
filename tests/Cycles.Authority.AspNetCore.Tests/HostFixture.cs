namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>A fresh host for each test: acme has a budget of 100,000 and its agent bot one of 10,000 microcents.</summary>
public abstract class HostFixture
{
    private protected TestHost Host { get; private set; } = null!;

    [SetUp]
    public async Task Start()
    {
        Host = await TestHost.StartAsync();
        Host.Authority.Administer("acme")
            .Budget("tenant:acme", Amount.UsdMicrocents(100_000))
            .Budget("tenant:acme/agent:bot", Amount.UsdMicrocents(10_000));
        Host.Authority.Administer("globex").Budget("tenant:globex", Amount.Tokens(1_000));
    }

    [TearDown]
    public ValueTask Stop() => Host.DisposeAsync();

    private protected async Task<string> ReserveAsync(string key = "r1", long amount = 500)
    {
        var reply = await Host.PostAsync("/v1/reservations", Bodies.Reserve(key, amount));
        Assert.That(reply.Status, Is.EqualTo(200), reply.ToString());
        return reply.String("reservation_id");
    }

    private protected static void AssertRefused(Reply reply, int status, string error, string? field = null)
    {
        Assert.That((reply.Status, reply.Error), Is.EqualTo((status, error)), reply.ToString());
        if (field is not null)
        {
            Assert.That(reply.Field, Is.EqualTo(field), reply.ToString());
            Assert.That(reply.Message, Does.StartWith(field));
        }
    }

    private protected static void AssertValid(Schema schema, Reply reply, int status = 200)
    {
        Assert.That(reply.Status, Is.EqualTo(status), reply.ToString());
        Assert.That(schema(reply.Body, "$"), Is.Null, reply.ToString());
        Assert.That(reply.Header("X-Cycles-Tenant"), Is.EqualTo("acme"));
    }
}
