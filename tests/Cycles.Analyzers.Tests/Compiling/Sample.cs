namespace Cycles.Analyzers.Tests;

/// <summary>What stands around the code of a test: a class with a client and a few places to put a guard.</summary>
internal static class Sample
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Cycles;

        """;

    private const string Members = """
            private readonly CyclesClient client = null!;
            private readonly CyclesAction action = new("llm.completion", "gpt-4o");
            private readonly Amount amount = Amount.Tokens(1);
            private readonly List<ReservationGuard> guards = new();
            private ReservationGuard? field;
            private ReserveAttempt? attemptField;
            private ReservationGuard? Property { get; set; }
            private static bool Flag => DateTime.UtcNow.Ticks > 0;
            private static Task WorkAsync() => Task.CompletedTask;
            private static void Work() { }
            private static void Take(object? taken) { }
            private static void Call(Action called) => called();
            private static Task CallAsync(Func<Task> called) => called();
            private static void Change(ref ReservationGuard changed) { }
        """;

    /// <summary>The body of an async method.</summary>
    public static string Async(string body) =>
        Class($"public async Task RunAsync()\n{{\n{body}\nawait WorkAsync();\n}}");

    /// <summary>The body of a method that cannot wait.</summary>
    public static string Sync(string body) => Class($"public void Run()\n{{\n{body}\n}}");

    /// <summary>Members of the class.</summary>
    public static string Class(string members) =>
        $"{Usings}public sealed class Sample\n{{\n{Members}\n\n{members}\n}}\n";

    /// <summary>A program of statements, with <c>client</c>, <c>action</c> and <c>amount</c>.</summary>
    public static string Program(string statements) =>
        $"{Usings}CyclesClient client = null!;\nvar action = new CyclesAction(\"k\", \"n\");\nvar amount = Amount.Tokens(1);\n{statements}\n";
}
