using System.Diagnostics;

namespace Cycles.Client.Tests;

/// <summary>Another process on the same journal.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    public WorkerProcess(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Cycles.RecoveryWorker.dll"), .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
    }

    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync();

    public Task BeginAsync() => _process.StandardInput.WriteLineAsync();

    /// <returns>The exit code, and what went wrong.</returns>
    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        var errors = await _process.StandardError.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
