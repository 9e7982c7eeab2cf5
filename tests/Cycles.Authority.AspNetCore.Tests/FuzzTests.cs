using System.Text;
using System.Text.Json.Nodes;

namespace Cycles.Authority.AspNetCore.Tests;

public sealed class FuzzTests
{
    private const int Requests = 10_000;

    [TestCase(20_260_501)]
    public async Task Nothing_that_is_sent_breaks_the_ledger_or_the_protocol(int seed)
    {
        var random = new Random(seed);
        var maker = new RequestMaker(random);
        var bender = new RequestBender(random);
        await using var host = await StartAsync();
        var watch = new LedgerWatch(host.Authority, "acme", "globex");
        var statuses = new SortedDictionary<int, int>();
        var before = await watch.ReadAsync();

        for (var i = 0; i < Requests; i++)
        {
            var request = maker.Next();
            // Half of them are one step away from valid ones, a quarter a few steps.
            for (
                var bends = (i % 4) switch
                {
                    0 => 0,
                    1 => random.Next(2, 5),
                    _ => 1,
                };
                bends > 0;
                bends--
            )
            {
                request = bender.Bend(request);
            }

            using var message = request.ToMessage(host.Http.BaseAddress!);
            using var response = await host.Http.SendAsync(message);
            var reply = new Reply(response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync());
            var after = await watch.ReadAsync();

            var problem = AnswerRules.Find(response, reply) ?? Judge(request, reply, before, after);
            Assert.That(problem, Is.Null, $"request {i} of seed {seed}: {request}\n-> {reply}");

            statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
            if (reply.IsSuccess && reply.Body.TryGetProperty("reservation_id", out var id))
            {
                maker.Know(id.GetString()!);
            }

            before = after;
            if (i % 250 == 0)
            {
                host.Clock.Advance(TimeSpan.FromSeconds(20));
                Assert.That(await watch.FindErrorAsync(), Is.Null);
                Refill(host.Authority);
                before = await watch.ReadAsync();
            }
        }

        Assert.That(await watch.FindErrorAsync(), Is.Null);
        await TestContext.Out.WriteLineAsync(
            string.Join(", ", statuses.Select(entry => $"{entry.Key}: {entry.Value}"))
        );
        // It has been everywhere: otherwise it proves little.
        Assert.That(statuses.Keys, Is.SupersetOf(new[] { 200, 201, 400, 401, 403, 404, 405, 409, 410, 415, 431 }));
        Assert.That(statuses[200], Is.GreaterThan(Requests / 5));
    }

    [Test]
    public void The_judge_accepts_what_is_valid_and_misses_nothing_that_is_dropped()
    {
        var maker = new RequestMaker(new Random(7));
        var dropped = 0;
        for (var i = 0; i < 1_000; i++)
        {
            var request = maker.Next();
            Assert.That(Oracle.WhyNot(request, out _), Is.Null, request.ToString());
            Assert.That(Oracle.WhyNot(request with { Headers = [] }, out _), Is.Not.Null);
            if (request.Body is null)
            {
                continue;
            }

            foreach (
                var name in (string[])["idempotency_key", "subject", "action", "estimate", "actual", "extend_by_ms"]
            )
            {
                var body = JsonNode.Parse(Encoding.UTF8.GetString(request.Body))!.AsObject();
                if (body.Remove(name))
                {
                    dropped++;
                    var without = request with { Body = Encoding.UTF8.GetBytes(body.ToJsonString()) };
                    Assert.That(Oracle.WhyNot(without, out _), Is.Not.Null, without.ToString());
                }
            }
        }

        Assert.That(dropped, Is.GreaterThan(1_000));
    }

    private static string? Judge(FuzzRequest request, Reply reply, string before, string after)
    {
        var reason = Oracle.WhyNot(request, out var answer);
        if (reply.Status >= 500)
        {
            return "a failure";
        }

        if (!reply.IsSuccess)
        {
            return before == after ? null : "the ledger changed on a refusal";
        }

        if (reason is not null)
        {
            return $"it succeeded in spite of: {reason}";
        }

        var isRead = request.Method == "GET";
        return isRead && before != after ? "a read changed the ledger" : answer!(reply.Body, "$");
    }

    private static async Task<TestHost> StartAsync()
    {
        var host = await TestHost.StartAsync();
        host.Authority.Administer("acme")
            .CreateTenant(new TenantSettings { MaxExtensions = 3 })
            .Budget("tenant:acme", Amount.UsdMicrocents(1_000_000), Amount.UsdMicrocents(10_000))
            .Budget("tenant:acme", Amount.Tokens(500_000))
            .Budget("tenant:acme/workspace:one", Amount.UsdMicrocents(200_000))
            .Budget("tenant:acme/agent:one", Amount.UsdMicrocents(100_000), caps: new Caps { MaxTokens = 9 })
            .Budget("tenant:acme/agent:two", Amount.UsdMicrocents(long.MaxValue), Amount.UsdMicrocents(100));
        host.Authority.Administer("globex").Budget("tenant:globex", Amount.UsdMicrocents(2_000_000));
        return host;
    }

    /// <summary>An operator clears what went over its limit, so that there is always something to win.</summary>
    private static void Refill(EmbeddedAuthority authority)
    {
        var acme = authority.Administer("acme");
        acme.ResetSpent("tenant:acme", Amount.UsdMicrocents(1_000_000));
        acme.ResetSpent("tenant:acme/workspace:one", Amount.UsdMicrocents(200_000));
        acme.ResetSpent("tenant:acme/agent:one", Amount.UsdMicrocents(100_000));
        acme.RepayDebt("tenant:acme", Amount.UsdMicrocents(10_000));
        authority.Administer("globex").ResetSpent("tenant:globex", Amount.UsdMicrocents(2_000_000));
    }
}
