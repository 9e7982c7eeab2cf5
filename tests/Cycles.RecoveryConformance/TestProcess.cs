using System.Diagnostics;
using System.Text.Json;

namespace Cycles.RecoveryConformance;

/// <summary>A process of its own for the tests of one scenario, which may print, hang and die as they like.</summary>
internal static class TestProcess
{
    /// <summary>A scenario has a minute, this process included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(55);

    public static async Task<ScenarioResult> RunAsync(string scenario)
    {
        var path = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(
                    Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                    [typeof(TestProcess).Assembly.Location, "--run", scenario, path]
                )
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            process.StandardInput.Close();
            var output = CopyAsync(process.StandardOutput);
            var errors = CopyAsync(process.StandardError);
            try
            {
                await process.WaitForExitAsync().WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                return new ScenarioResult(scenario, Passed: false, [], $"The tests took longer than {Patience}.");
            }

            await Task.WhenAll(output, errors);
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize(await File.ReadAllTextAsync(path), ResultJson.Default.ScenarioResult)!
                : new ScenarioResult(scenario, Passed: false, [], $"The tests' process ended with {process.ExitCode}.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task CopyAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            await Console.Error.WriteLineAsync(line);
        }
    }
}
