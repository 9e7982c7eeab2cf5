using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Cycles.Analyzers.Tests;

/// <summary>Runs all rules over code and holds what they find against its marks: ids, spans and severities.</summary>
internal static class RuleCheck
{
    public static Task AsyncBody(string body) => Code(Sample.Async(body));

    public static Task SyncBody(string body) => Code(Sample.Sync(body));

    public static Task Members(string members) => Code(Sample.Class(members));

    public static Task Program(string statements) => Code(Sample.Program(statements));

    public static async Task Code(string marked)
    {
        var code = MarkedCode.Parse(marked);
        var found = await FindAsync(Compiled.From(code.Text));

        var expected = code
            .Marks.OrderBy(mark => mark.Span)
            .Select(mark =>
                Line(mark.Id, SeverityOf(mark.Id), code.Text[mark.Span.Start..mark.Span.End], mark.Span.Start)
            );
        var actual = found.Select(one =>
            Line(
                one.Id,
                one.Severity,
                code.Text[one.Location.SourceSpan.Start..one.Location.SourceSpan.End],
                one.Location.SourceSpan.Start
            )
        );
        Assert.That(actual, Is.EqualTo(expected), code.Text);
    }

    public static async Task<ImmutableArray<Diagnostic>> FindAsync(CSharpCompilation compilation)
    {
        var analysis = compilation.WithAnalyzers(
            [new ReservationAnalyzer()],
            new CompilationWithAnalyzersOptions(
                new AnalyzerOptions([]),
                onAnalyzerException: null,
                concurrentAnalysis: true,
                logAnalyzerExecutionTime: false
            )
        );
        var found = await analysis.GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(one => one.Location.SourceSpan)];
    }

    private static string Line(string id, DiagnosticSeverity severity, string text, int start) =>
        $"{id} {severity} at {start}: {text}";

    private static DiagnosticSeverity SeverityOf(string id) =>
        id switch
        {
            "CYC001" or "CYC003" => DiagnosticSeverity.Error,
            "CYC002" or "CYC004" => DiagnosticSeverity.Warning,
            _ => DiagnosticSeverity.Info,
        };
}
