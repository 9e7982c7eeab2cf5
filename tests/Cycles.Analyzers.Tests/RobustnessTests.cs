namespace Cycles.Analyzers.Tests;

/// <summary>A rule that throws is a warning in somebody else's build, and one that overflows ends it.</summary>
public sealed class RobustnessTests
{
    private const string Body = """
        var attempt = await client.TryReserveAsync(action, amount);
        if (attempt is { Guard: { } guard }) { await (guard?.CommitAsync(amount) ?? Task.CompletedTask); }
        using (attempt.Guard) { await attempt.Guard!.ReleaseAsync(); _ = attempt?.Guard?.CommitAsync(amount); }
        var held = Flag ? await client.ReserveAsync(action, amount) : throw new Exception();
        try { held ??= guards[0]; } finally { if (held is not null) { await held.DisposeAsync(); } }
        """;

    [Test]
    public async Task Code_that_is_still_being_typed([Values(1, 8, 15)] int part)
    {
        var code = Sample.Async(Body);
        var start = code.IndexOf(Body, StringComparison.Ordinal);
        for (var end = start + part; end < start + Body.Length; end += 21)
        {
            var found = await RuleCheck.FindAsync(Compiled.Unchecked(code[..end]));
            Assert.That(found.Select(one => one.Id), Has.None.EqualTo("AD0001"), code[start..end]);
        }
    }

    [Test]
    public async Task An_expression_of_thousands_of_terms()
    {
        var terms = string.Join(" + ", Enumerable.Repeat("guard.ReservationId", 3_000));
        var code = Sample.Async(
            $"await using var guard = await client.ReserveAsync(action, amount); Take({terms}); await guard.CommitAsync(amount);"
        );

        Assert.That(await RuleCheck.FindAsync(Compiled.From(code)), Is.Empty);
    }
}
