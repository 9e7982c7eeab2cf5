using System.Diagnostics;

namespace Cycles.Benchmarks;

/// <summary>This program again, as the host, so that neither its time nor its memory is counted as the client's.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;

    private HostProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<HostProcess> StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(HostProcess).Assembly.Location, "--serve"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync();
        return new HostProcess(process, new Uri(address!));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
