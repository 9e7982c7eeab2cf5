using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Cycles.Benchmarks;

/// <summary>
/// <c>--quick</c> prints one table in under two minutes, <c>--memory</c> what records weigh, <c>--race</c> the race
/// proof, <c>--http</c> what the client and the host cost over HTTP, <c>--journal</c> what it costs to keep an amount,
/// <c>--chat</c> what a guard adds to a model call, <c>--analyzers</c> what the rules cost a build;
/// anything else is BenchmarkDotNet's own command line.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["--quick"]:
                BenchmarkRunner.Run(typeof(Program).Assembly, Quick);
                return 0;
            case ["--memory"]:
                await MemoryReport.RunAsync();
                return 0;
            case ["--race"]:
                return await RaceProof.RunAsync();
            case ["--http"]:
                return await HttpReport.RunAsync();
            case ["--journal"]:
                return await JournalReport.RunAsync();
            case ["--chat"]:
                return await ChatReport.RunAsync();
            case ["--analyzers"]:
                return await AnalyzerReport.RunAsync();
            case ["--serve"]:
                return await HttpHost.RunAsync();
            default:
                BenchmarkSwitcher
                    .FromAssembly(typeof(Program).Assembly)
                    .Run(args, DefaultConfig.Instance.AddJob(Iterations(Job.Default)));
                return 0;
        }
    }

    /// <summary>In this process and with few iterations: no build of its own, and one table for everything.</summary>
    private static ManualConfig Quick =>
        ManualConfig
            .CreateEmpty()
            .AddJob(Iterations(Job.Default).WithToolchain(InProcessEmitToolchain.Instance).WithId("quick"))
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Unicode)
            .WithOptions(ConfigOptions.JoinSummary);

    /// <summary>Every benchmark makes its own loop of thousands, on state that is new for each iteration.</summary>
    private static Job Iterations(Job job) =>
        job.WithWarmupCount(3).WithIterationCount(10).WithInvocationCount(1).WithUnrollFactor(1);
}
