namespace Cycles.RecoveryWorker;

/// <summary>The real files, and the end between writing one and giving it its name.</summary>
internal sealed class DeadlyFiles(Doom doom) : IJournalFiles
{
    private readonly JournalFiles _inner = new();

    public void Write(string path, ReadOnlySpan<byte> content) => _inner.Write(path, content);

    public void Publish(string temporary, string path)
    {
        doom.MeetAt(KillPoint.BeforeRename, id => Path.GetFileName(path) == JournalNames.Of(id));
        _inner.Publish(temporary, path);
    }
}
