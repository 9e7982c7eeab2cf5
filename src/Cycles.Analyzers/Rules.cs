using Microsoft.CodeAnalysis;

namespace Cycles.Analyzers;

/// <summary>What the rules say. An error is certain to go wrong at run time, a warning loses money or time.</summary>
internal static class Rules
{
    public const string LostResultId = "CYC001";
    public const string NeverReleasedId = "CYC002";
    public const string SettledTwiceId = "CYC003";
    public const string NeverCommittedId = "CYC004";
    public const string SynchronousUsingId = "CYC005";

    public static readonly DiagnosticDescriptor LostResult = Rule(
        LostResultId,
        DiagnosticSeverity.Error,
        "A reservation is thrown away",
        "Nothing keeps what {0} returns, so nobody can commit or release the hold: keep it with 'await using', or assign it to '_' if that is meant"
    );

    public static readonly DiagnosticDescriptor NeverReleased = Rule(
        NeverReleasedId,
        DiagnosticSeverity.Warning,
        "A reservation is not released when its scope ends",
        "When the work throws, nothing releases '{0}' before its TTL ends: declare it with 'await using'"
    );

    public static readonly DiagnosticDescriptor SettledTwice = Rule(
        SettledTwiceId,
        DiagnosticSeverity.Error,
        "A reservation is committed after it was settled",
        "'{0}' is already {1} here, and a reservation is settled once: this commit throws InvalidOperationException"
    );

    public static readonly DiagnosticDescriptor NeverCommitted = Rule(
        NeverCommittedId,
        DiagnosticSeverity.Warning,
        "A reservation is never committed",
        "{0} is disposed without a commit, so the work it was for is charged nothing: commit what the work cost, or release it to say that nothing ran"
    );

    public static readonly DiagnosticDescriptor SynchronousUsing = Rule(
        SynchronousUsingId,
        DiagnosticSeverity.Info,
        "A reservation is disposed without waiting for its release",
        "'using' starts the release and does not wait for it; 'await using' does"
    );

    /// <summary>The page lies at this path in the sources and in the package alike.</summary>
    private static DiagnosticDescriptor Rule(string id, DiagnosticSeverity severity, string title, string message) =>
        new(
            id,
            title,
            message,
            "Cycles.Reservations",
            severity,
            isEnabledByDefault: true,
            helpLinkUri: $"docs/rules/{id}.md"
        );
}
