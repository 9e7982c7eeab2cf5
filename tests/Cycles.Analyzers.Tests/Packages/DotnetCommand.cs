using System.Diagnostics;

namespace Cycles.Analyzers.Tests;

/// <summary>Runs the SDK as a user would, and keeps what it said.</summary>
internal sealed record DotnetCommand(int ExitCode, string Output)
{
    /// <summary>Far more than it takes; a restore that hangs is to fail, not to stop everything.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <param name="folder">Where it runs.</param>
    /// <param name="packages">The package cache to use; null for the machine's.</param>
    /// <param name="arguments">A verb and what follows.</param>
    public static async Task<DotnetCommand> RunAsync(string folder, string? packages, params string[] arguments)
    {
        // Servers that outlive the command would keep its output open.
        var start = new ProcessStartInfo("dotnet", [.. arguments, "--disable-build-servers"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var inherited in start.Environment.Keys.Where(IsOfOurBuild).ToArray())
        {
            start.Environment.Remove(inherited);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        if (packages is not null)
        {
            start.Environment["NUGET_PACKAGES"] = packages;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new DotnetCommand(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>What the build that runs these tests tells its children is not meant for another build.</summary>
    private static bool IsOfOurBuild(string variable) =>
        variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase);
}
