using System.Collections.Concurrent;
using Cycles.Authority;
using Cycles.Client.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI.Tests.Chat;

/// <summary>Over HTTP, every byte of every request is looked at; every log record is, at every level, by the fixture.</summary>
public sealed class PrivacyTests : ChatFixture
{
    [Test]
    public async Task Nothing_of_the_content_is_in_any_request()
    {
        var sent = new ConcurrentQueue<string>();
        var ledger = new EmbeddedAuthority();
        ledger.Administer("acme").Budget("tenant:acme", Budget);
        await using var server = await StartAsync(ledger, sent);
        await using var cycles = new CyclesClient(
            new Uri(server.Urls.Single()),
            "cyc_test_key",
            new CyclesClientOptions
            {
                Subject = new Subject { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
                ConnectTimeout = TimeSpan.FromSeconds(20),
                ReadTimeout = TimeSpan.FromSeconds(20),
                LoggerFactory = Loggers,
            }
        );
        Model.Reply = call => call % 3 == 2 ? throw new IOException($"{Canary} broke") : Turn(call);
        Model.Updates = call =>
            call % 3 == 2 ? [Text(), new IOException($"{Canary} broke")] : Turn(call).ToChatResponseUpdates();
        using var loop = new ChatClientBuilder(Model)
            .UseFunctionInvocation()
            .UseCycles(cycles, options => Configure(options, null))
            .Build();
        var tool = AIFunctionFactory
            .Create((string city) => $"{Canary} in {city}", "find", $"{Canary} description")
            .WithCycles(cycles, terms => terms.Estimate = Amount.UsdMicrocents(5));
        var options = new ChatOptions { Instructions = $"{Canary} instructions", Tools = [tool] };

        await loop.GetResponseAsync(Ask(), options);
        await Assert.CatchAsync<IOException>(async () => await loop.GetResponseAsync(Ask(), options));
        await loop.GetStreamingResponseAsync(Ask(), options).ToListAsync();
        await Assert.CatchAsync<IOException>(async () =>
            await loop.GetStreamingResponseAsync(Ask(), options).ToListAsync()
        );
        ledger.Administer("acme").Freeze("tenant:acme", Budget.Unit);
        await Assert.CatchAsync<BudgetDeniedException>(async () => await loop.GetResponseAsync(Ask(), options));
        await cycles.FlushAsync(Timeout.InfiniteTimeSpan);

        Assert.That(sent, Has.Count.GreaterThan(10));
        Assert.That(sent, Has.None.Contains(Canary));
        Assert.That(sent, Has.Some.Contains("llm.completion").And.Some.Contains("tool.call"));
    }

    /// <summary>A call of the tool, an answer, and every third time a failure.</summary>
    private static ChatResponse Turn(int call) =>
        call % 3 == 1
            ? Reply(1, 1)
            : new ChatResponse(
                new ChatMessage(
                    ChatRole.Assistant,
                    [
                        new FunctionCallContent(
                            $"{Canary}-{call}",
                            "find",
                            new Dictionary<string, object?> { ["city"] = Canary }
                        ),
                    ]
                )
            )
            {
                ResponseId = Canary,
                Usage = new() { InputTokenCount = 1, OutputTokenCount = 1 },
            };

    private static async Task<WebApplication> StartAsync(EmbeddedAuthority ledger, ConcurrentQueue<string> sent)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Use(
            async (context, next) =>
            {
                context.Request.EnableBuffering();
                var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
                context.Request.Body.Position = 0;
                sent.Enqueue(
                    $"{context.Request.Path}{context.Request.QueryString} {string.Join(' ', context.Request.Headers)} {body}"
                );
                await next(context);
            }
        );
        app.MapCyclesAuthority(ledger, endpoints => endpoints.ApiKeys.Add("cyc_test_key", "acme"));
        await app.StartAsync();
        return app;
    }
}
