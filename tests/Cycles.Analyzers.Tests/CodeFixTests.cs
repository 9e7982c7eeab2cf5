using Cycles.Analyzers.CodeFixes;

namespace Cycles.Analyzers.Tests;

/// <summary>What the editor writes.</summary>
public sealed class CodeFixTests
{
    [TestCase(
        "await client.ReserveAsync(action, amount);",
        "await using var guard = await client.ReserveAsync(action, amount);"
    )]
    [TestCase(
        "await client.TryReserveAsync(action, amount);",
        "await using var attempt = await client.TryReserveAsync(action, amount);"
    )]
    [TestCase(
        "client.ReserveAsync(action, amount);",
        "await using var guard = await client.ReserveAsync(action, amount);"
    )]
    [TestCase(
        "await client.ReserveAsync(action, amount).ConfigureAwait(false);",
        "await using var guard = await client.ReserveAsync(action, amount).ConfigureAwait(false);"
    )]
    [TestCase(
        "client.ReserveAsync(action, amount).ConfigureAwait(false);",
        "await using var guard = await client.ReserveAsync(action, amount).ConfigureAwait(false);"
    )]
    [TestCase(
        "client.ReserveAsync(action, amount).AsTask();",
        "await using var guard = await client.ReserveAsync(action, amount).AsTask();"
    )]
    [TestCase(
        "client.ReserveAsync(action, amount).GetAwaiter().GetResult();",
        "await using var guard = client.ReserveAsync(action, amount).GetAwaiter().GetResult();"
    )]
    [TestCase(
        "await (Flag ? client.ReserveAsync(action, amount) : client.ReserveAsync(action, default));",
        "await using var guard = await (Flag ? client.ReserveAsync(action, amount) : client.ReserveAsync(action, default));"
    )]
    [TestCase(
        "// Ask first.\n    await client.ReserveAsync(\n        action,\n        amount // all of it\n    ); // held",
        "// Ask first.\n    await using var guard = await client.ReserveAsync(\n        action,\n        amount // all of it\n    ); // held"
    )]
    [TestCase(
        "var guard = 1; Work(); await client.ReserveAsync(action, amount);",
        "var guard = 1; Work(); await using var guard2 = await client.ReserveAsync(action, amount);"
    )]
    [TestCase(
        "await CallAsync(async () => { await client.ReserveAsync(action, amount); });",
        "await CallAsync(async () => { await using var guard = await client.ReserveAsync(action, amount); });"
    )]
    [TestCase(
        "if (Flag) { await client.ReserveAsync(action, amount); }",
        "if (Flag) { await using var guard = await client.ReserveAsync(action, amount); }"
    )]
    public Task CYC001_holds_it(string before, string after) =>
        FixCheck.Fixes(new HoldResultFix(), Sample.Async(before), Sample.Async(after));

    [Test]
    public Task CYC001_holds_it_in_a_program() =>
        FixCheck.Fixes(
            new HoldResultFix(),
            Sample.Program("await client.ReserveAsync(action, amount);"),
            Sample.Program("await using var guard = await client.ReserveAsync(action, amount);")
        );

    [TestCase("if (Flag) await client.ReserveAsync(action, amount);")]
    [TestCase("switch (Flag) { case true: await client.ReserveAsync(action, amount); break; }")]
    [TestCase("client?.ReserveAsync(action, amount);")]
    [TestCase("lock (guards) { client.ReserveAsync(action, amount); }")]
    [TestCase("client.ReserveAsync(action, amount).AsTask().Wait();")]
    [TestCase("Call(() => { client.ReserveAsync(action, amount); });")]
    public Task CYC001_has_no_fix_where_a_declaration_cannot_stand(string body) =>
        FixCheck.OffersNothing(new HoldResultFix(), Sample.Async(body));

    [TestCase("public async Task LoseAsync() => await client.ReserveAsync(action, amount);")]
    [TestCase("public void Lose() { client.ReserveAsync(action, amount); }")]
    public Task CYC001_has_no_fix_where_nothing_awaits(string member) =>
        FixCheck.OffersNothing(new HoldResultFix(), Sample.Class(member));

    [TestCase(
        "var guard = await client.ReserveAsync(action, amount);\nawait guard.CommitAsync(amount);",
        "await using var guard = await client.ReserveAsync(action, amount);\nawait guard.CommitAsync(amount);"
    )]
    [TestCase(
        "Work();\n    // Ask first.\n    ReservationGuard guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);",
        "Work();\n    // Ask first.\n    await using ReservationGuard guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "var attempt = await client.TryReserveAsync(action, amount); await attempt.Guard!.CommitAsync(amount);",
        "await using var attempt = await client.TryReserveAsync(action, amount); await attempt.Guard!.CommitAsync(amount);"
    )]
    public Task CYC002_ends_it_with_its_scope(string before, string after) =>
        FixCheck.Fixes(new ReleaseAtScopeEndFix(), Sample.Async(before), Sample.Async(after));

    [Test]
    public Task CYC002_ends_it_without_await_in_a_sync_method() =>
        FixCheck.Fixes(
            new ReleaseAtScopeEndFix(),
            Sample.Sync("var guard = client.ReserveAsync(action, amount).AsTask().Result; guard.CommitAsync(amount);"),
            Sample.Sync(
                "using var guard = client.ReserveAsync(action, amount).AsTask().Result; guard.CommitAsync(amount);"
            )
        );

    [Test]
    public Task CYC002_ends_it_in_a_program() =>
        FixCheck.Fixes(
            new ReleaseAtScopeEndFix(),
            Sample.Program("var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"),
            Sample.Program(
                "await using var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
            )
        );

    [TestCase("ReservationGuard guard; guard = await client.ReserveAsync(action, amount);")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); guard = await client.ReserveAsync(action, amount);"
    )]
    [TestCase(
        "if ((await client.TryReserveAsync(action, amount)).Guard is { } guard) { await guard.CommitAsync(amount); }"
    )]
    [TestCase("switch (Flag) { case true: var guard = await client.ReserveAsync(action, amount); break; }")]
    public Task CYC002_has_no_fix_where_using_cannot_stand(string body) =>
        FixCheck.OffersNothing(new ReleaseAtScopeEndFix(), Sample.Async(body));

    [TestCase(
        "using var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);",
        "await using var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "Work();\n    // Here.\n    using (field) // and here\n    {\n    }",
        "Work();\n    // Here.\n    await using (field) // and here\n    {\n    }"
    )]
    [TestCase("using (var guard = guards[0]) { Work(); }", "await using (var guard = guards[0]) { Work(); }")]
    [TestCase("using ReservationGuard? guard = field;", "await using ReservationGuard? guard = field;")]
    public Task CYC005_waits(string before, string after) =>
        FixCheck.Fixes(new AwaitUsingFix(), Sample.Async(before), Sample.Async(after));
}
