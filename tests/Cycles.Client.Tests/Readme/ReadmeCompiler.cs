using Cycles.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Cycles.Client.Tests;

/// <summary>
/// Compiles a block as the reader would meet it. A block with a using directive is a whole program and stands alone;
/// any other is the body of an async method with the names of <see cref="Prelude"/> in scope.
/// </summary>
internal static class ReadmeCompiler
{
    /// <summary>What a body may use without saying where it comes from.</summary>
    private const string Prelude = """
        using Cycles;
        using Cycles.Authority;
        using Cycles.Extensions.AI;
        using Microsoft.Extensions.AI;
        using Microsoft.Extensions.Configuration;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.SemanticKernel;

        // A model that is not part of the SDK.
        public sealed record Reply(string Text, long InputTokens, long OutputTokens, decimal Dollars);

        public interface IModel
        {
            Task<Reply> CallAsync(string prompt, CancellationToken cancellationToken = default);
        }

        public static class Snippet
        {
            public static async Task RunAsync(
                IServiceCollection services,
                IConfiguration configuration,
                CyclesClient cycles,
                EmbeddedAuthority authority,
                IModel model,
                IChatClient provider,
                IEnumerable<AITool> tools,
                IKernelBuilder builder,
                Kernel kernel,
                string prompt,
                CancellationToken cancellationToken)
            {
        #line 1 "block"

        """;

    private const string End = "\n#line default\nawait Task.CompletedTask; } }";

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "Cycles.Client.Tests.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The compiler's complaints and those of the package's own rules; lines are the block's own.</summary>
    public static async Task<IReadOnlyList<string>> CompileAsync(string code)
    {
        var program = IsProgram(code);
        var compilation = CSharpCompilation.Create(
            "ReadmeSnippet",
            [Parse(ImplicitUsings), Parse(program ? code : Prelude + code + End)],
            References,
            new CSharpCompilationOptions(
                program ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable
            )
        );
        var found = await compilation.WithAnalyzers([new ReservationAnalyzer()]).GetAllDiagnosticsAsync();
        return
        [
            .. found
                .Where(IsMistake)
                .Select(mistake =>
                    $"line {mistake.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {mistake.Id} {mistake.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}"
                ),
        ];
    }

    private static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code, Parsing);

    private static bool IsProgram(string code) => ((CompilationUnitSyntax)Parse(code).GetRoot()).Usings.Count > 0;

    /// <summary>Errors, what a rule says at all, a possible null, a task that nobody awaits, and a rule that fails.</summary>
    private static bool IsMistake(Diagnostic found) =>
        found.Severity == DiagnosticSeverity.Error
        || found.Id.StartsWith("CYC", StringComparison.Ordinal)
        || found.Severity == DiagnosticSeverity.Warning
            && (found.Id.StartsWith("CS86", StringComparison.Ordinal) || found.Id is "CS4014" or "AD0001");
}
