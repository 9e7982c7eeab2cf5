namespace Cycles.Analyzers.Tests;

/// <summary>Where the sources are, found by walking up from the test assembly to the solution file.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cycles.Client.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Cycles.Client.sln above {AppContext.BaseDirectory}.");
    }
}
