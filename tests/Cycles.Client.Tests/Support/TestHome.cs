using System.Runtime.CompilerServices;

namespace Cycles.Client.Tests;

/// <summary>A home of its own for the tests' process: clients over HTTP keep a journal, and not in a developer's home.</summary>
internal static class TestHome
{
    public static string Folder { get; } = Directory.CreateTempSubdirectory("cycles-home-").FullName;

    /// <summary>A journal for one test: a port may come again, and what another test left for it must not.</summary>
    public static string NewJournal() => Path.Combine(Folder, Guid.NewGuid().ToString("N"));

    [ModuleInitializer]
    internal static void Enter()
    {
        // Nothing may be made below the default folder: a test that forgot its own would leave something for its port's next one.
        File.WriteAllText(Path.Combine(Folder, ".runcycles"), "");
        Environment.SetEnvironmentVariable("HOME", Folder);
        Environment.SetEnvironmentVariable("USERPROFILE", Folder);
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(Folder, recursive: true);
    }
}
