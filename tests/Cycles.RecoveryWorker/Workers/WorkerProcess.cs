using System.Diagnostics;

namespace Cycles.RecoveryWorker;

/// <summary>A worker, seen from the process that started it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>A signal's number above 128, which is what is seen of a process that SIGKILL ended.</summary>
    public static int Killed { get; } = OperatingSystem.IsWindows() ? -1 : 128 + 9;

    /// <summary>Long enough for the slowest machine: a worker that hangs must not take the tests with it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _errors;

    public WorkerProcess(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(WorkerProcess).Assembly.Location, .. arguments]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it says next; null once it is dead.</summary>
    public Task<string?> ReadLineAsync() => _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

    public async Task TellAsync(string line = "")
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It is dead already, as its silence will say.
        }
    }

    /// <summary>Tells it something and waits for what it says to that.</summary>
    public async Task<string?> AskAsync(string line)
    {
        await TellAsync(line);
        return await ReadLineAsync();
    }

    /// <summary>There is nothing more to do for it, if it lives.</summary>
    /// <returns>The exit code, and what went wrong.</returns>
    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is dead, and did not read what it was told.
        }

        await _process.WaitForExitAsync().WaitAsync(Patience);
        return (_process.ExitCode, await _errors);
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
