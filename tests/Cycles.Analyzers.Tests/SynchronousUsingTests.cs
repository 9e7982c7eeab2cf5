namespace Cycles.Analyzers.Tests;

/// <summary>CYC005.</summary>
public sealed class SynchronousUsingTests
{
    [TestCase(
        "{|CYC005:using|} var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "{|CYC005:using|} (var guard = await client.ReserveAsync(action, amount)) { await guard.CommitAsync(amount); }"
    )]
    [TestCase("{|CYC005:using|} (field) { }")]
    [TestCase("{|CYC005:using|} (attemptField) { }")]
    [TestCase(
        "{|CYC005:using|} var attempt = await client.TryReserveAsync(action, amount); await attempt.Guard!.CommitAsync(amount);"
    )]
    [TestCase("{|CYC005:using|} ReservationGuard? guard = guards.FirstOrDefault();")]
    [TestCase("await CallAsync(async () => { {|CYC005:using|} var guard = guards[0]; await WorkAsync(); });")]
    [TestCase("lock (guards) { Call(async () => { {|CYC005:using|} var guard = guards[0]; await WorkAsync(); }); }")]
    public Task In_an_async_function(string body) => RuleCheck.AsyncBody(body);

    [Test]
    public Task In_a_program_that_waits() =>
        RuleCheck.Program(
            "{|CYC005:using|} var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
        );

    [TestCase("await using var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);")]
    [TestCase(
        "await using (var guard = await client.ReserveAsync(action, amount)) { await guard.CommitAsync(amount); }"
    )]
    [TestCase("await using (field) { }")]
    [TestCase("using var source = new CancellationTokenSource();")]
    [TestCase("using (new CancellationTokenSource()) { }")]
    [TestCase("using (IDisposable? anything = field) { }")]
    [TestCase("Call(() => { using var guard = guards[0]; });")]
    [TestCase("void Local() { using var guard = guards[0]; } Local();")]
    [TestCase("lock (guards) { using var guard = guards[0]; }")]
    [TestCase("unsafe { using var guard = guards[0]; }")]
    public Task Silent_in_an_async_method(string body) => RuleCheck.AsyncBody(body);

    [TestCase("using var guard = guards[0];")]
    [TestCase("using (guards[0]) { }")]
    [TestCase("using var guard = client.ReserveAsync(action, amount).AsTask().Result; guard.CommitAsync(amount);")]
    public Task Silent_in_a_sync_method(string body) => RuleCheck.SyncBody(body);
}
