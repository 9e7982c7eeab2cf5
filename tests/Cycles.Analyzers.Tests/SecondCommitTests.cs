namespace Cycles.Analyzers.Tests;

/// <summary>CYC003.</summary>
public sealed class SecondCommitTests
{
    [TestCase("await guard.CommitAsync(amount); await {|CYC003:guard.CommitAsync(amount)|};")]
    [TestCase("await guard.ReleaseAsync(); await {|CYC003:guard.CommitAsync(amount)|};")]
    [TestCase(
        "await guard.CommitAsync(amount); await guard.ReleaseAsync(); await {|CYC003:guard.CommitAsync(amount)|};"
    )]
    [TestCase("await guard.CommitAsync(amount).ConfigureAwait(false); _ = {|CYC003:guard.CommitAsync(amount)|};")]
    [TestCase("var first = await guard.CommitAsync(amount); var second = await {|CYC003:guard.CommitAsync(amount)|};")]
    [TestCase("_ = guard.CommitAsync(amount); guard.ReleaseAsync(); await {|CYC003:guard.CommitAsync(amount)|};")]
    [TestCase(
        "guard.CommitAsync(amount).Wait(); _ = {|CYC003:guard.CommitAsync(amount)|}.GetAwaiter().GetResult().Error is null;"
    )]
    [TestCase(
        "await guard.CommitAsync(amount); await {|CYC003:guard.CommitAsync(amount)|}; await {|CYC003:guard.CommitAsync(amount)|};"
    )]
    [TestCase(
        "await guard.CommitAsync(amount); await WorkAsync(); if (Flag) { return; } await {|CYC003:guard.CommitAsync(amount)|};"
    )]
    [TestCase(
        "if ((await guard.CommitAsync(amount)).Error is null) { Work(); } await {|CYC003:guard.CommitAsync(amount)|};"
    )]
    [TestCase("if (Flag) { await guard.CommitAsync(amount); await {|CYC003:guard.CommitAsync(amount)|}; }")]
    [TestCase(
        "await CallAsync(async () => { await guard.CommitAsync(amount); await {|CYC003:guard.CommitAsync(amount)|}; });"
    )]
    [TestCase(
        "switch (Flag) { case true: await guard.CommitAsync(amount); await {|CYC003:guard.CommitAsync(amount)|}; break; }"
    )]
    [TestCase("guard?.CommitAsync(amount); guard?{|CYC003:.CommitAsync(amount)|};")]
    public Task Of_a_local(string statements) => RuleCheck.AsyncBody(Held + statements);

    [TestCase("await attempt.Guard!.CommitAsync(amount); await {|CYC003:attempt.Guard!.CommitAsync(amount)|};")]
    [TestCase("await attempt.Guard!.ReleaseAsync(); attempt.Guard?{|CYC003:.CommitAsync(amount)|};")]
    public Task Of_an_attempt(string statements) =>
        RuleCheck.AsyncBody("await using var attempt = await client.TryReserveAsync(action, amount);" + statements);

    [Test]
    public Task Of_a_parameter() =>
        RuleCheck.AsyncBody(
            """
            await client.RunAsync(action, amount, async (hold, token) =>
            {
                await hold.CommitAsync(amount);
                await {|CYC003:hold.CommitAsync(amount)|};
                return (1, (Amount?)null);
            });
            """
        );

    [TestCase(
        "await guard.CommitAsync(amount); await guard.ReleaseAsync(); guard.Dispose(); await guard.DisposeAsync();"
    )]
    [TestCase("if (Flag) { await guard.CommitAsync(amount); } else { await guard.CommitAsync(default); }")]
    [TestCase("if (Flag) { await guard.CommitAsync(amount); return; } await guard.CommitAsync(default);")]
    [TestCase("if (Flag) await guard.CommitAsync(amount); else await guard.CommitAsync(default);")]
    [TestCase("await guard.CommitAsync(amount); if (Flag) { await guard.CommitAsync(amount); }")]
    [TestCase(
        "switch (Flag) { case true: await guard.CommitAsync(amount); break; default: await guard.CommitAsync(amount); break; }"
    )]
    [TestCase("_ = Flag ? await guard.CommitAsync(amount) : await guard.CommitAsync(default);")]
    [TestCase("_ = Flag switch { true => await guard.CommitAsync(amount), _ => await guard.CommitAsync(default) };")]
    [TestCase("_ = Flag && (await guard.CommitAsync(amount)).Error is null; await guard.CommitAsync(amount);")]
    [TestCase("for (var i = 0; i < 2; i++) { await guard.CommitAsync(amount); }")]
    [TestCase("while (Flag) { await guard.CommitAsync(amount); break; } await guard.CommitAsync(amount);")]
    [TestCase(
        "try { await guard.CommitAsync(default); } catch (ArgumentException) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "try { await guard.CommitAsync(default); } catch (ArgumentException) { } await guard.CommitAsync(amount);"
    )]
    [TestCase("Func<Task> settle = () => guard.CommitAsync(amount); await guard.CommitAsync(amount);")]
    [TestCase("await CallAsync(() => guard.CommitAsync(amount)); await CallAsync(() => guard.CommitAsync(amount));")]
    [TestCase("await CallAsync(async () => { await guard.CommitAsync(amount); }); await guard.CommitAsync(amount);")]
    [TestCase("await field!.CommitAsync(amount); await guard.CommitAsync(amount);")]
    [TestCase(
        "var first = guard.CommitAsync(default); try { await first; } catch { } await guard.CommitAsync(amount);"
    )]
    [TestCase("await Task.WhenAll(guard.CommitAsync(amount), guard.CommitAsync(amount));")]
    public Task Not_after_a_sure_settlement_of_the_same(string statements) => RuleCheck.AsyncBody(Held + statements);

    [TestCase(
        "await again.CommitAsync(amount); again = await client.ReserveAsync(action, amount); await again.CommitAsync(amount);"
    )]
    [TestCase("await again.CommitAsync(amount); if (Flag) { again = guards[0]; } await again.CommitAsync(amount);")]
    [TestCase("await again.CommitAsync(amount); (again, var x) = (guards[0], 1); await again.CommitAsync(amount);")]
    [TestCase("await again.CommitAsync(amount); Change(ref again); await again.CommitAsync(amount);")]
    [TestCase(
        "async Task RenewAsync() => again = await client.ReserveAsync(action, amount); await again.CommitAsync(amount); await RenewAsync(); await again.CommitAsync(amount);"
    )]
    [TestCase(
        "ReservationGuard other; await again.CommitAsync(amount); goto next; next: await again.CommitAsync(amount);"
    )]
    public Task Not_after_an_assignment_or_a_label(string statements) =>
        RuleCheck.AsyncBody("var again = guards[1]; " + statements);

    [TestCase(
        "foreach (var one in guards) { await one.CommitAsync(amount); } foreach (var one in guards) { await one.CommitAsync(amount); }"
    )]
    [TestCase("await field!.CommitAsync(amount); field = null; await field!.CommitAsync(amount);")]
    [TestCase("await guards[0].CommitAsync(amount); await guards[1].CommitAsync(amount);")]
    public Task Not_of_what_is_no_local(string statements) => RuleCheck.AsyncBody(statements);

    [Test]
    public Task Not_by_a_second_name() =>
        RuleCheck.SyncBody(
            "var again = guards[0]; ref var same = ref again; again.CommitAsync(amount); same = guards[1]; again.CommitAsync(amount);"
        );

    private const string Held = "await using var guard = await client.ReserveAsync(action, amount); ";
}
