using System.Text.Json;
using Cycles.Client.Tests;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Cycles.RecoveryConformance;

/// <summary>Runs the NUnit tests that carry a scenario's id, with NUnit's own runner.</summary>
internal static class NativeTests
{
    /// <param name="scenario">The id.</param>
    /// <param name="path">Where to write what it came to; standard output belongs to the tests.</param>
    public static void Run(string scenario, string path)
    {
        var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
        runner.Load(typeof(RecoveryScenarios).Assembly, new Dictionary<string, object>());
        var result = runner.Run(
            new Progress(),
            TestFilter.FromXml($"<filter><prop name='Recovery'>{scenario}</prop></filter>")
        );
        File.WriteAllText(
            path,
            JsonSerializer.Serialize(Summarize(scenario, result), ResultJson.Default.ScenarioResult)
        );
    }

    private static ScenarioResult Summarize(string scenario, ITestResult result)
    {
        ITestResult[] all = [.. Leaves(result)];

        // What is skipped has not run, and proves nothing.
        ITestResult[] ran =
        [
            .. all.Where(test => test.ResultState.Status is not (TestStatus.Skipped or TestStatus.Inconclusive)),
        ];
        string[] problems =
        [
            .. all.Where(test => test.ResultState.Status != TestStatus.Passed)
                .Select(test => $"{test.FullName}: {test.ResultState} {test.Message}".Trim()),
        ];
        if (problems.Length == 0 && result.ResultState.Status == TestStatus.Failed)
        {
            problems = [$"{result.FullName}: {result.ResultState} {result.Message}"];
        }

        if (ran.Length == 0)
        {
            problems = ["No test ran.", .. problems];
        }

        return new ScenarioResult(
            scenario,
            problems.Length == 0,
            [.. ran.Select(test => test.FullName).Distinct().Order(StringComparer.Ordinal)],
            problems.Length == 0 ? null : string.Join('\n', problems)
        );
    }

    private static IEnumerable<ITestResult> Leaves(ITestResult result) =>
        result.Test.IsSuite ? result.Children.SelectMany(Leaves) : [result];
}
