using System.Runtime.CompilerServices;
using Cycles.Authority;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel.Tests.Functions;

/// <summary>A stream that nobody reads to its end or disposes: its hold must not be kept alive for good.</summary>
public sealed class DroppedStreamTests
{
    [Test]
    public async Task A_stream_that_is_dropped_leaves_its_hold_to_the_TTL(
        [Values("function", "result", "unread result", "service", "prompt")] string what
    )
    {
        var clock = new FakeTimeProvider();
        var ledger = new EmbeddedAuthority(new EmbeddedAuthorityOptions { TimeProvider = clock });
        ledger.Administer("acme").Budget("tenant:acme", Amount.RiskPoints(1_000)).Budget("tenant:acme", Amount.Usd(10));
        await using var cycles = new CyclesClient(
            ledger.ForTenant("acme"),
            new CyclesClientOptions { TimeProvider = clock }
        );
        var builder = Kernel.CreateBuilder();
        builder.Plugins.AddFromObject(new CrmPlugin(), "Crm");
        builder.Services.AddSingleton(new TokenModel(["one", "two", "three"]).AsChatCompletionService());
        builder.AddCycles(
            options =>
            {
                options.Tools.Default.Estimate = Amount.RiskPoints(5);
                options.Chat.Prices.Add("m", inputUsdPerMillion: 1, outputUsdPerMillion: 2);
            },
            cycles
        );

        await DropAsync(builder.Build(), what);

        Assert.That(await HeldAsync(cycles), Is.Positive);
        for (var i = 0; i < 40; i++)
        {
            // In steps that a heartbeat, should it go on, keeps up with.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.That(await HeldAsync(cycles), Is.Zero);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropAsync(Kernel kernel, string what)
    {
        var arguments = new KernelArguments { ["secret"] = "s" };
        switch (what)
        {
            case "function":
                await kernel
                    .InvokeStreamingAsync<string>("Crm", "words", arguments)
                    .GetAsyncEnumerator()
                    .MoveNextAsync();
                break;
            case "result":
                var result = await kernel.InvokeAsync("Crm", "words", arguments);
                await result.GetValue<IAsyncEnumerable<string>>()!.GetAsyncEnumerator().MoveNextAsync();
                break;
            case "unread result":
                await kernel.InvokeAsync("Crm", "words", arguments);
                break;
            case "service":
                var service = kernel.GetRequiredService<IChatCompletionService>();
                await service.GetStreamingChatMessageContentsAsync("hi").GetAsyncEnumerator().MoveNextAsync();
                break;
            case "prompt":
                await kernel.InvokePromptStreamingAsync("hi").GetAsyncEnumerator().MoveNextAsync();
                break;
        }
    }

    private static async Task<long> HeldAsync(CyclesClient cycles) =>
        (await cycles.GetBalancesAsync().ToListAsync()).Sum(balance => balance.Reserved!.Value.Value);
}
