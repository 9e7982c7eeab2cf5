using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Cycles.Benchmarks;

/// <summary>
/// What the rules cost a build: their own time by the compiler's analyzer report, beside the time that the compiler takes
/// for the same 500 files without any analyzer. On one thread, because the report adds up what several threads spend and
/// the compiler's time is that of the clock; each build has a compiler of its own, so the time to load the rules counts.
/// </summary>
internal static partial class AnalyzerReport
{
    private const int Files = 500;
    private const int Rounds = 3;
    private const double Limit = 0.05;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cycles-analyzers-").FullName;
        try
        {
            GuardedFiles.Write(folder, Files);
            await File.WriteAllTextAsync(Path.Combine(folder, "Work.csproj"), Project);
            await File.WriteAllTextAsync(Path.Combine(folder, "one-thread.rsp"), "/parallel-");
            await BuildAsync(folder, "-restore", "-p:RunAnalyzers=true");
            var rounds = new List<(double Rules, double Compiler)>();
            for (var round = 1; round <= Rounds; round++)
            {
                var compiler = Compiler().Match(await BuildAsync(folder, "-p:RunAnalyzers=false"));
                var rules = Rules().Match(await BuildAsync(folder, "-p:RunAnalyzers=true"));
                rounds.Add((Number(rules), Number(compiler) / 1000));
                Console.WriteLine(Line($"round {round}", rounds[^1]));
            }

            var median = rounds.OrderBy(round => round.Rules / round.Compiler).ElementAt(Rounds / 2);
            Console.WriteLine(Line("median ", median));
            return median.Rules <= Limit * median.Compiler ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A library that references what a package reference would give it; nothing is generated.</summary>
    private static string Project =>
        $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <ReportAnalyzer>true</ReportAnalyzer>
                <UseSharedCompilation>false</UseSharedCompilation>
                <CompilerResponseFile>one-thread.rsp</CompilerResponseFile>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{typeof(CyclesClient).Assembly.Location}" />
                <Reference Include="{typeof(Amount).Assembly.Location}" />
                <Analyzer Include="{RulesAssembly}" />
              </ItemGroup>
            </Project>
            """;

    /// <summary>The one that was built beside this program.</summary>
    private static string RulesAssembly
    {
        get
        {
            // .../tests/Cycles.Benchmarks/bin/Release/net10.0/
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
            var configuration = output.Parent.Name;
            var path = Path.Combine([
                root,
                "src",
                "Cycles.Analyzers",
                "bin",
                configuration,
                "netstandard2.0",
                "Cycles.Analyzers.dll",
            ]);
            return File.Exists(path) ? path : throw new FileNotFoundException("Build the solution first.", path);
        }
    }

    private static async Task<string> BuildAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["build", .. arguments, "-t:Rebuild", "-v:detailed", "-clp:PerformanceSummary", "--disable-build-servers"]
        )
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        return build.ExitCode == 0 ? output : throw new InvalidOperationException(output);
    }

    private static string Line(string what, (double Rules, double Compiler) round) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: rules {round.Rules:0.000} s, compiler {round.Compiler:0.000} s, {round.Rules / round.Compiler:P2}"
        );

    private static double Number(Match match) =>
        match.Success
            ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("The build reported no such time.");

    /// <summary>The compiler's report: seconds, percent, analyzer.</summary>
    [GeneratedRegex(@"^\s*<?([\d.]+)\s+<?\d+\s+Cycles\.Analyzers, Version", RegexOptions.Multiline)]
    private static partial Regex Rules();

    /// <summary>The build's task summary: milliseconds, task, calls.</summary>
    [GeneratedRegex(@"^\s*([\d.]+) ms\s+Csc\s+1 calls", RegexOptions.Multiline)]
    private static partial Regex Compiler();
}
