using System.Runtime.Versioning;

namespace Cycles;

/// <summary>Makes the folders, for this user alone, and leaves alone what somebody else made.</summary>
internal static class JournalFolder
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <exception cref="IOException">There is no home folder to put it in.</exception>
    public static string Default
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return home.Length > 0
                ? Path.Combine(home, ".runcycles", "commit-journal")
                : throw new IOException(
                    $"This user has no home folder for the journal: set {nameof(CyclesClientOptions.JournalDirectory)}."
                );
        }
    }

    /// <param name="folder">One of the journal's own, so that its permissions may be tightened.</param>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (Directory.Exists(folder))
        {
            Tighten(folder);
        }
        else
        {
            Stack<string> made = [];
            for (
                var missing = folder;
                missing is { Length: > 0 } && !Directory.Exists(missing);
                missing = Path.GetDirectoryName(missing)
            )
            {
                made.Push(missing);
            }

            foreach (var name in made)
            {
                // One by one: made at once, those above would be open to all. A name has to last as long as what is in it.
                Directory.CreateDirectory(name, OwnFolder);
                FolderFlush.Run(Path.GetDirectoryName(name)!);
            }
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void Tighten(string folder)
    {
        try
        {
            if (File.GetUnixFileMode(folder) != OwnFolder)
            {
                File.SetUnixFileMode(folder, OwnFolder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's folder: whether anything can be written into it shows when it is tried.
        }
    }
}
