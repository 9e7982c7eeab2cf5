namespace Cycles;

/// <summary>One file of the journal.</summary>
internal static class JournalFile
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file that only this user can read, new or over another one, down to the disk.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
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
        if (file.Length > content.Length)
        {
            // First, because once it is whole a reader may give it its name and pass it on.
            file.SetLength(content.Length);
        }

        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// Gives it its final name at once, in place of an older file, and makes that durable too. A reader that finds it whole
    /// may have given it its name already; then only the folder is left to flush.
    /// </summary>
    /// <exception cref="RecordNotFlushedException">It has its name, and that alone is not durable.</exception>
    public static void Publish(string temporary, string path, ReadOnlySpan<byte> content)
    {
        try
        {
            File.Move(temporary, path, overwrite: true);
        }
        catch (FileNotFoundException) when (Holds(path, content)) { }

        try
        {
            FolderFlush.Run(Path.GetDirectoryName(path)!);
        }
        catch (IOException e)
        {
            throw new RecordNotFlushedException(e);
        }
    }

    /// <summary>Brings what somebody else wrote down to the disk.</summary>
    public static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Whether it holds a different spend of the same name.</summary>
    public static bool HoldsAnother(string path, JournalRecord record)
    {
        try
        {
            return File.Exists(path) && !JournalRecord.Parse(File.ReadAllBytes(path)).IsSameSpend(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return false;
        }
    }

    private static bool Holds(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return content.SequenceEqual(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What can't be deleted is in nobody's way, and goes when it is old enough.</summary>
    public static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
    }
}
