using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Cycles.Authority;
using Cycles.Client.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>Arguments and results carry a mark, and nothing that leaves for the authority or a log may show it.</summary>
public sealed class ContentTests
{
    private const string Mark = "canary-7f3a";

    private readonly ConcurrentQueue<string> _wire = [];
    private WebApplication _server = null!;
    private CyclesClient _cycles = null!;
    private FakeLogCollector _logs = null!;

    [SetUp]
    public async Task Start()
    {
        _wire.Clear();
        _logs = new FakeLogCollector();
        var authority = new EmbeddedAuthority();
        authority.Administer("acme").Budget("tenant:acme", Amount.RiskPoints(100));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Use(RecordAsync);
        _server.UseRouting();
        _server.MapCyclesAuthority(authority, options => options.ApiKeys.Add("cyc_test", "acme"));
        await _server.StartAsync();
        _cycles = new CyclesClient(
            new Uri(_server.Urls.Single()),
            "cyc_test",
            new()
            {
                Subject = new() { Tenant = "acme" },
                JournalDirectory = TestHome.NewJournal(),
                ConnectTimeout = TimeSpan.FromSeconds(20),
                ReadTimeout = TimeSpan.FromSeconds(20),
                LoggerFactory = Logging(),
            }
        );
    }

    [TearDown]
    public async Task Stop()
    {
        await _cycles.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Nothing_of_arguments_results_or_exceptions_leaves_the_process()
    {
        var told = new List<string>();
        var policy = new ToolPolicy
        {
            LoggerFactory = Logging(),
            Resolve = call => new() { Estimate = Amount.RiskPoints(call.Arguments.Count) },
            OnDenied = denied => told.Add($"{denied} {denied.Text} {denied.Denial}"),
        };
        policy["denied"].Estimate = Amount.RiskPoints(101);
        policy["act"].HasSideEffects = true;
        var tools = new AITool[]
        {
            AIFunctionFactory.Create((string secret) => $"result {secret}", "run"),
            AIFunctionFactory.Create(string (string secret) => throw new InvalidOperationException(secret), "fail"),
            AIFunctionFactory.Create(string (string secret) => throw new InvalidOperationException(secret), "act"),
            AIFunctionFactory.Create((string secret) => secret, "denied"),
        }.WithCycles(_cycles, policy);
        var model = new ScriptedModel(["run", "fail", "act", "denied"])
        {
            Arguments = { ["secret"] = Mark },
            CallIds = index => $"{Mark}-{index}",
        };
        using var loop = model.AsBuilder().UseFunctionInvocation().Build();

        var response = await loop.GetResponseAsync(Mark, new ChatOptions { Tools = tools });

        var results = response
            .Messages.SelectMany(message => message.Contents)
            .OfType<FunctionResultContent>()
            .ToList();
        var sent = string.Join('\n', _wire);
        var logged = string.Join('\n', _logs.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"));
        Assert.Multiple(() =>
        {
            Assert.That(results[0].Result?.ToString(), Is.EqualTo($"result {Mark}"), "the tools did run");
            Assert.That(results[3].Result?.ToString(), Does.Contain("denied").And.Not.Contain("100"), "no balances");
            Assert.That(sent, Does.Contain("\"run\"").And.Contain("tool_failed").And.Contain("101"));
            Assert.That(sent, Does.Not.Contain(Mark));
            Assert.That(logged, Does.Contain("BUDGET_EXCEEDED"));
            Assert.That(logged, Does.Not.Contain(Mark));
            Assert.That(told, Has.Exactly(1).Items.And.None.Contain(Mark));
            Assert.That(
                new ToolCall("run", new Dictionary<string, object?> { ["a"] = Mark }).ToString(),
                Is.EqualTo("run")
            );
        });
    }

    [TestCase(Mark + " is no number", nameof(FormatException))]
    [TestCase(Mark + " is no name", nameof(ArgumentException))]
    public async Task Nor_does_what_a_callback_makes_of_them(string secret, string error)
    {
        var policy = new ToolPolicy
        {
            LoggerFactory = Logging(),
            ResolveSubject = call =>
            {
                var argument = call.Arguments["secret"]!.ToString()!;
                return new()
                {
                    Agent =
                        error == nameof(FormatException)
                            ? Convert
                                .ToInt32(argument, CultureInfo.InvariantCulture)
                                .ToString(CultureInfo.InvariantCulture)
                            : argument,
                };
            },
        };
        policy.Default.Estimate = Amount.RiskPoints(5);
        var tool = AIFunctionFactory.Create((string secret) => secret, "f").WithCycles(_cycles, policy);

        var thrown = await Assert.CatchAsync(async () => await tool.InvokeAsync(new() { ["secret"] = secret }))!;

        Assert.That(thrown, Is.Not.InstanceOf<CyclesException>().And.Message.Contain(Mark), "the caller is told");
        var logged = _logs
            .GetSnapshot()
            .Select(record => $"{record.Id.Id} {record.Message} {record.Exception}")
            .ToList();
        Assert.That(logged, Has.Some.StartsWith("223 ").And.Some.Contain(error).And.None.Contain(Mark));
        Assert.That(string.Join('\n', _wire), Does.Not.Contain(Mark));
    }

    private ILoggerFactory Logging() =>
        LoggerFactory.Create(logging =>
            logging
                .SetMinimumLevel(LogLevel.Trace)
                .Services.AddSingleton<ILoggerProvider>(new FakeLoggerProvider(_logs))
        );

    /// <summary>Everything a server could read: the line, the headers and the body.</summary>
    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8, leaveOpen: true);
        var headers = string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"));
        _wire.Enqueue($"{context.Request.Method} {context.Request.Path}\n{headers}\n{await reader.ReadToEndAsync()}");
        context.Request.Body.Position = 0;
        await next(context);
    }
}
