using Cycles.Extensions.AI.Tests.Chat;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cycles.Extensions.AI.Tests.Embeddings;

public sealed class EmbeddingTests : ChatFixture
{
    private FakeGenerator Generator { get; set; } = null!;

    [SetUp]
    public void MakeGenerator() => Generator = new FakeGenerator();

    [TearDown]
    public void DisposeGenerator() => Generator.Dispose();

    [Test]
    public async Task A_call_holds_an_estimate_and_commits_what_the_usage_costs()
    {
        Spends(900);
        Generator.Usage = new() { InputTokenCount = 9, TotalTokenCount = 9 };

        var embeddings = await Guard(Generator).GenerateAsync([Canary, Canary]);

        Assert.Multiple(() =>
        {
            Assert.That(embeddings, Has.Count.EqualTo(2));
            Assert.That(Create.Action, Is.EqualTo(new CyclesAction("llm.embedding", "e")));
            Assert.That(Create.Estimate, Is.EqualTo(Amount.UsdMicrocents(720)), "1.2 x 6 tokens");
            Assert.That(Commit.Metrics!.TokensInput, Is.EqualTo(9));
            Assert.That(Commit.Metrics.ModelVersion, Is.EqualTo("e-1"));
        });
    }

    [Test]
    public async Task A_total_alone_is_input()
    {
        Spends(900);
        Generator.Usage = new() { TotalTokenCount = 9 };

        await Guard(Generator).GenerateAsync([Canary]);
    }

    [Test]
    public async Task Without_usage_the_estimate_is_charged_and_marked()
    {
        Spends(360);

        await Guard(Generator).GenerateAsync([Canary]);

        Assert.That(Commit.Metadata!["actual_source"].GetString(), Is.EqualTo("estimate"));
    }

    [Test]
    public async Task Values_are_enumerated_once()
    {
        Spends(360);
        var times = 0;
        IEnumerable<string> Values()
        {
            times++;
            yield return Canary;
        }

        await Guard(Generator).GenerateAsync(Values());

        Assert.That(times, Is.EqualTo(1));
    }

    [Test]
    public async Task A_denied_call_throws_and_one_that_throws_costs_nothing()
    {
        var guard = Guard(Generator);
        Generator.Fault = new IOException("The connection broke.");
        await Assert.CatchAsync<IOException>(async () => await guard.GenerateAsync([Canary]));
        Ledger.Administer("acme").Freeze("tenant:acme", Budget.Unit);

        await Assert.CatchAsync<BudgetDeniedException>(async () => await guard.GenerateAsync([Canary]));

        Assert.That(Release.Reason, Is.EqualTo("action_failed"));
        Assert.That(Generator.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_model_without_a_price_is_denied()
    {
        await Assert.CatchAsync<BudgetDeniedException>(async () =>
            await Guard(Generator).GenerateAsync([Canary], new EmbeddingGenerationOptions { ModelId = "unheard-of" })
        );

        Assert.That(Authority.Requests, Is.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_model_that_the_caps_exclude_is_denied(bool allowlist)
    {
        // As with chats: an allowlist rules alone, and is about tools.
        Spends(allowlist ? 360 : 0);
        Cap(new Caps { ToolDenylist = ["e"], ToolAllowlist = allowlist ? ["find"] : [] });

        var asking = Guard(Generator).GenerateAsync([Canary]);

        if (allowlist)
        {
            await asking;
            return;
        }

        var denied = await Assert.CatchAsync<BudgetDeniedException>(async () => await asking);
        Assert.That(denied!.Denial.ReasonCode, Is.EqualTo(LocalReasons.ModelNotAllowed));
        Assert.That((Release.Reason, Generator.Calls), Is.EqualTo(("model_capped", 0)));
    }

    [Test]
    public async Task A_second_guard_is_reported_and_charges_nothing()
    {
        Spends(360);

        await Guard(Guard(Generator)).GenerateAsync([Canary]);

        Assert.That(LogIds, Has.Some.EqualTo(203));
        Assert.That(Authority.Creates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_call_is_charged_though_the_guard_further_down_only_watches()
    {
        Spends(360);

        await Guard(Guard(Generator, new ShadowReport())).GenerateAsync([Canary]);

        Assert.That(Authority.Creates.Select(create => create.DryRun == true), Is.EqualTo([false]));
    }

    [Test]
    public async Task A_call_that_a_generator_of_somebodys_own_hands_on_is_charged_once()
    {
        Spends(360);

        await Guard(new Plain(Guard(Generator))).GenerateAsync([Canary]);

        Assert.That(LogIds, Has.Exactly(1).EqualTo(203));
    }

    [Test]
    public async Task Below_a_cache_a_hit_is_free_and_above_one_the_guard_is_reported()
    {
        Spends(360);
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        using var below = new EmbeddingGeneratorBuilder<string, Embedding<float>>(Guard(Generator))
            .UseDistributedCache(cache)
            .Build();

        await below.GenerateAsync([Canary]);
        await below.GenerateAsync([Canary]);

        Assert.That((Generator.Calls, Authority.Creates.Count), Is.EqualTo((1, 1)));
        Assert.That(LogIds, Has.None.EqualTo(211));
        using var above = Guard(below.AsBuilder().Build());
        Assert.That(LogIds, Has.None.EqualTo(211), "a second guard charges nothing");
        using var wrong = Guard(
            new EmbeddingGeneratorBuilder<string, Embedding<float>>(Generator).UseDistributedCache(cache).Build()
        );
        Assert.That(LogIds, Has.Exactly(1).EqualTo(211));
    }

    [Test]
    public async Task The_client_comes_from_the_container_and_calls_say_whose_they_are()
    {
        Spends(360);
        await using var services = new ServiceCollection().AddSingleton(Cycles).BuildServiceProvider();
        using var app = new EmbeddingGeneratorBuilder<string, Embedding<float>>(Generator)
            .UseCycles(configure: options =>
            {
                options.Prices.Add("e", 1, 0);
                options.Subject = new Subject { App = "search" };
                options.ResolveSubject = _ => new Subject { Agent = "indexer" };
                options.ResolveAction = _ => new CyclesAction("llm.embedding", "index");
            })
            .Build(services);

        await app.GenerateAsync([Canary]);

        Assert.That((Create.Subject.App, Create.Subject.Agent), Is.EqualTo(("search", "indexer")));
        Assert.That(Create.Action.Name, Is.EqualTo("index"));
    }

    private IEmbeddingGenerator<string, Embedding<float>> Guard(
        IEmbeddingGenerator<string, Embedding<float>> generator,
        ShadowReport? shadow = null
    ) =>
        generator.WithCycles(
            Cycles,
            options =>
            {
                options.Prices.Add("e", inputUsdPerMillion: 1, outputUsdPerMillion: 0);
                options.LoggerFactory = Loggers;
                options.TimeProvider = Clock;
                options.Shadow = shadow;
            }
        );

    /// <summary>Does not show what is inside.</summary>
    private sealed class Plain(IEmbeddingGenerator<string, Embedding<float>> inner)
        : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values,
            EmbeddingGenerationOptions? options = null,
            CancellationToken cancellationToken = default
        ) => inner.GenerateAsync(values, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata)
                ? new EmbeddingGeneratorMetadata("plain", null, "e")
                : null;

        public void Dispose() => inner.Dispose();
    }

    private sealed class FakeGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public UsageDetails? Usage { get; set; }

        public Exception? Fault { get; set; }

        public int Calls { get; private set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values,
            EmbeddingGenerationOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            Calls++;
            var embeddings = values.Select(_ => new Embedding<float>(new float[1]) { ModelId = "e-1" });
            return Fault is null
                ? Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(embeddings) { Usage = Usage })
                : Task.FromException<GeneratedEmbeddings<Embedding<float>>>(Fault);
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("fake", null, "e")
            : serviceType?.IsInstanceOfType(this) == true ? this
            : null;

        public void Dispose() { }
    }
}
