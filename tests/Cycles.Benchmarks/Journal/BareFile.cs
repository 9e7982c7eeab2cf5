using System.Diagnostics;

namespace Cycles.Benchmarks;

/// <summary>
/// The least that makes bytes durable under a name, with nothing around it: write, flush, rename, flush of the folder.
/// </summary>
/// <param name="folder">Where.</param>
/// <param name="isNew">Whether each is a new file, or the one before is written over, as the journal does.</param>
internal sealed class BareFile(string folder, bool isNew)
{
    private readonly string _path = Path.Combine(folder, "bare.json");
    private readonly string _temporary = Path.Combine(folder, "bare.json.tmp");

    /// <returns>Microseconds for each file; taking its name away again does not count.</returns>
    public double Write(byte[] content, int times)
    {
        var elapsed = TimeSpan.Zero;
        for (var i = 0; i < times; i++)
        {
            var start = Stopwatch.GetTimestamp();
            JournalFile.Write(_temporary, content);
            JournalFile.Publish(_temporary, _path, content);
            elapsed += Stopwatch.GetElapsedTime(start);
            if (isNew)
            {
                File.Delete(_path);
            }
            else
            {
                File.Move(_path, _temporary);
            }
        }

        return elapsed.TotalMicroseconds / times;
    }
}
