namespace Cycles.Client.Tests;

public sealed class MetadataTests
{
    [Test]
    public async Task Everything_that_comes_with_an_answer_is_there()
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Json(
                200,
                Answers.Commit,
                ("X-Request-Id", "req_1"),
                ("X-Cycles-Trace-Id", "4bf92f3577b34da6a3ce929d0e0e4736"),
                ("X-Cycles-Tenant", "acme"),
                ("X-RateLimit-Remaining", "12"),
                ("X-RateLimit-Reset", "1712956830"),
                ("Retry-After", "7")
            )
        );
        using var seam = Seam.Open(server.Url);
        var response = await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit);
        Assert.That(
            response.Metadata,
            Is.EqualTo(
                new CyclesResponseMetadata
                {
                    RequestId = "req_1",
                    TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
                    Tenant = "acme",
                    RateLimitRemaining = 12,
                    RateLimitReset = DateTimeOffset.FromUnixTimeSeconds(1_712_956_830),
                    RetryAfter = TimeSpan.FromSeconds(7),
                }
            )
        );
        Assert.That(response.Elapsed, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task What_is_not_a_number_or_out_of_range_is_absent()
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Json(
                200,
                Answers.Commit,
                ("X-Request-Id", ""),
                ("X-RateLimit-Remaining", "-1"),
                ("X-RateLimit-Reset", "9223372036854775807"),
                ("X-Cycles-Tenant", "one"),
                ("X-Cycles-Tenant", "two")
            )
        );
        using var seam = Seam.Open(server.Url);
        var response = await seam.Authority.CommitReservationAsync("rsv_1", Seam.Commit);
        Assert.That(response.Metadata, Is.EqualTo(CyclesResponseMetadata.None));
    }

    [TestCase("0", 0)]
    [TestCase("7", 7)]
    [TestCase("  120\t", 120)]
    [TestCase("0000000000000000000000000000000009", 9)]
    [TestCase("99999999999999999999999999", 315_360_000, Description = "capped, not overflown")]
    [TestCase("", null)]
    [TestCase("   ", null)]
    [TestCase("-1", null)]
    [TestCase("+1", null)]
    [TestCase("1.5", null)]
    [TestCase("1e3", null)]
    [TestCase("1,2", null)]
    [TestCase("0x10", null)]
    [TestCase("\u0661\u0662", null, Description = "digits, but not ASCII")]
    [TestCase("Wed, 21 Oct 2026 07:28:00 GMT", null)]
    public void Retry_After_is_seconds_in_ASCII_digits(string text, int? seconds) =>
        Assert.That(
            RetryAfter.Parse(text),
            Is.EqualTo(seconds is { } known ? TimeSpan.FromSeconds(known) : (TimeSpan?)null)
        );

    [TestCase("7", 7)]
    [TestCase("99999999999999999999999999", 315_360_000)]
    [TestCase("Wed, 21 Oct 2026 07:28:00 GMT", null)]
    [TestCase("soon", null)]
    [TestCase(null, null)]
    public async Task A_429_carries_it(string? text, int? seconds)
    {
        await using var server = await ScriptedServer.StartAsync(
            Answers.Error(429, "LIMIT_EXCEEDED", text is null ? [] : [("Retry-After", text)])
        );
        using var seam = Seam.Open(server.Url);
        foreach (var (_, send) in Seam.Posts.Concat(Seam.Gets))
        {
            var answer = await send(seam.Authority, default);
            Assert.That(answer.Error!.Code, Is.EqualTo(ErrorCode.LimitExceeded));
            Assert.That(
                answer.Error.RetryAfter,
                Is.EqualTo(seconds is { } known ? TimeSpan.FromSeconds(known) : (TimeSpan?)null)
            );
        }

        Assert.That(server.Requests, Has.Count.EqualTo(9), "a throttled read is not repeated either");
    }
}
