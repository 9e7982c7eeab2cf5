using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cycles.Analyzers.Tests;

/// <summary>Compiles code against the real Cycles.Client.dll, in memory.</summary>
internal static class Compiled
{
    private static readonly MetadataReference[] Everything =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => IsFramework(Path.GetFileName(path)) || IsOurs(Path.GetFileName(path)))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>What a program sees that does not know Cycles.Client.</summary>
    public static IReadOnlyList<MetadataReference> Framework { get; } =
    [.. Everything.Where(reference => !IsOurs(Path.GetFileName(reference.Display!)))];

    public static IReadOnlyList<MetadataReference> FrameworkAndClient => Everything;

    public static CSharpCompilation From(
        string code,
        IEnumerable<MetadataReference>? references = null,
        string path = ""
    )
    {
        var compilation = Unchecked(code, references, path);
        AssertCompiles(compilation);
        return compilation;
    }

    /// <summary>As an editor has it: whether it compiles or not.</summary>
    public static CSharpCompilation Unchecked(
        string code,
        IEnumerable<MetadataReference>? references = null,
        string path = ""
    )
    {
        var tree = CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest), path);
        var isProgram = tree.GetRoot().ChildNodes().Any(node => node.IsKind(SyntaxKind.GlobalStatement));
        return CSharpCompilation.Create(
            "Snippet",
            [tree],
            references ?? Everything,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                allowUnsafe: true
            )
        );
    }

    private static void AssertCompiles(Compilation compilation) =>
        Assert.That(
            compilation
                .GetDiagnostics()
                .Where(found => found.Severity == DiagnosticSeverity.Error)
                .Select(found => $"{found.GetMessage(CultureInfo.InvariantCulture)} at {found.Location.GetLineSpan()}"),
            Is.Empty,
            "the snippet does not compile"
        );

    /// <summary>Few, because every compilation reads them again.</summary>
    private static bool IsFramework(string file) =>
        file
            is "System.Private.CoreLib.dll"
                or "System.Runtime.dll"
                or "System.Collections.dll"
                or "System.Linq.dll"
                or "System.Threading.dll"
                or "System.Text.Json.dll";

    private static bool IsOurs(string file) => file is "Cycles.Client.dll" or "Cycles.Protocol.dll";
}
