namespace Cycles;

/// <summary>The real files.</summary>
internal sealed class JournalFiles : IJournalFiles
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnFile;
        }

        using var file = new FileStream(path, options);
        file.Write(content);
        if (file.Length != content.Length)
        {
            file.SetLength(content.Length);
        }

        file.Flush(flushToDisk: true);
    }

    public void Publish(string temporary, string path)
    {
        File.Move(temporary, path, overwrite: true);
        FolderFlush.Run(Path.GetDirectoryName(path)!);
    }
}
