using System.Diagnostics;

namespace Cycles.Benchmarks;

/// <summary>The least that makes bytes durable under a name, with nothing around it.</summary>
internal sealed class BareFile(string folder)
{
    private readonly JournalFiles _files = new();
    private int _count;

    /// <returns>Microseconds for each file.</returns>
    public double Write(byte[] content, int times)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            var path = Path.Combine(folder, $"{_count++}.json");
            _files.Write(path + ".tmp", content);
            _files.Publish(path + ".tmp", path);
        }

        var elapsed = Stopwatch.GetElapsedTime(start).TotalMicroseconds / times;
        foreach (var path in Directory.GetFiles(folder))
        {
            File.Delete(path);
        }

        return elapsed;
    }
}
