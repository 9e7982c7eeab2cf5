using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Cycles.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project tests/Cycles.Benchmarks -- --quick</c> prints one table in under two minutes;
/// without it BenchmarkDotNet's own options apply.
/// </summary>
internal static class Program
{
    public static void Main(string[] args)
    {
        if (args is ["--quick"])
        {
            var quick = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithId("quick");
            BenchmarkRunner.Run([BenchmarkConverter.TypeToBenchmarks(typeof(PairBenchmarks), Config(quick))]);
            return;
        }

        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, Config(Job.Default));
    }

    private static ManualConfig Config(Job job) => DefaultConfig.Instance.AddJob(job);
}
