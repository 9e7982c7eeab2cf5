namespace Cycles.Analyzers.Tests;

/// <summary>CYC004.</summary>
public sealed class NeverCommittedTests
{
    [TestCase("await using var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await WorkAsync();")]
    [TestCase("await using (var {|CYC004:guard|} = await client.ReserveAsync(action, amount)) { await WorkAsync(); }")]
    [TestCase("await using (await {|CYC004:client.ReserveAsync(action, amount)|}) { await WorkAsync(); }")]
    [TestCase(
        "await using ((await {|CYC004:client.ReserveAsync(action, amount)|}).ConfigureAwait(false)) { await WorkAsync(); }"
    )]
    [TestCase(
        "await using var {|CYC004:attempt|} = await client.TryReserveAsync(action, amount); if (attempt.Denial is not null) { return; } await WorkAsync();"
    )]
    [TestCase(
        "await using var {|CYC004:attempt|} = await client.TryReserveAsync(action, amount); if (attempt.Guard is { } guard) { await WorkAsync(); await guard.ExtendAsync(default); }"
    )]
    [TestCase(
        "var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await using (guard) { await WorkAsync(); }"
    )]
    [TestCase(
        "var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await using var same = guard; await WorkAsync();"
    )]
    [TestCase(
        "var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await using (guard.ConfigureAwait(false)) { await WorkAsync(); }"
    )]
    [TestCase(
        "var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await using var end = guard.ConfigureAwait(false); await WorkAsync();"
    )]
    [TestCase(
        "var {|CYC004:guard|} = await client.ReserveAsync(action, amount); try { if (Flag) { return; } await WorkAsync(); } finally { await guard.DisposeAsync(); }"
    )]
    [TestCase(
        "ReservationGuard? {|CYC004:guard|} = null; try { guard = await client.ReserveAsync(action, amount); await WorkAsync(); } finally { if (guard != null) { guard.Dispose(); } }"
    )]
    [TestCase(
        "ReservationGuard? {|CYC004:guard|} = null; try { guard = await client.ReserveAsync(action, amount); await WorkAsync(); } finally { guard?.Dispose(); }"
    )]
    [TestCase(
        "ReservationGuard? {|CYC004:guard|} = null; try { guard = await client.ReserveAsync(action, amount); return; } finally { await (guard?.DisposeAsync() ?? default); }"
    )]
    [TestCase(
        "var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await WorkAsync(); await guard.DisposeAsync();"
    )]
    [TestCase(
        "var {|CYC004:attempt|} = await client.TryReserveAsync(action, amount); await WorkAsync(); if (attempt.Guard is { } guard) { await guard.DisposeAsync(); }"
    )]
    [TestCase("await (await {|CYC004:client.ReserveAsync(action, amount)|}).DisposeAsync();")]
    [TestCase(
        "await CallAsync(async () => { await using var {|CYC004:guard|} = await client.ReserveAsync(action, amount); await WorkAsync(); });"
    )]
    [TestCase(
        "while (Flag) { await using var {|CYC004:guard|} = await client.ReserveAsync(action, amount); if (guard.Caps is null) { continue; } await WorkAsync(); }"
    )]
    public Task Always_disposed_and_never_settled(string body) => RuleCheck.AsyncBody(body);

    [TestCase("using var {|CYC004:guard|} = client.ReserveAsync(action, amount).AsTask().Result; Work();")]
    [TestCase("using (var {|CYC004:guard|} = client.ReserveAsync(action, amount).AsTask().Result) { Work(); }")]
    public Task Always_disposed_in_a_sync_method(string body) => RuleCheck.SyncBody(body);

    // Settled on some path.
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); if (Flag) { await guard.CommitAsync(amount); }"
    )]
    [TestCase("await using var guard = await client.ReserveAsync(action, amount); await guard.ReleaseAsync();")]
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); try { Work(); } catch { await guard.ReleaseAsync(\"why\"); }"
    )]
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); var pending = guard.CommitAsync(amount); await pending;"
    )]
    [TestCase(
        "await using var attempt = await client.TryReserveAsync(action, amount); if (attempt.Guard is { } guard) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "await using var attempt = await client.TryReserveAsync(action, amount); if (attempt is { Guard: { } guard }) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "await using var attempt = await client.TryReserveAsync(action, amount); await (attempt.Guard?.CommitAsync(amount) ?? Task.FromResult<Settlement>(null!));"
    )]
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); var same = guard; await same.CommitAsync(amount);"
    )]
    // Leaves the method.
    [TestCase("await using var guard = await client.ReserveAsync(action, amount); Take(guard);")]
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); await CallAsync(() => guard.CommitAsync(amount));"
    )]
    [TestCase("await using var guard = await client.ReserveAsync(action, amount); field = guard; await WorkAsync();")]
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); async Task SettleAsync() => await guard.CommitAsync(amount); await SettleAsync();"
    )]
    [TestCase(
        "await using var guard = await client.ReserveAsync(action, amount); Func<Amount, Task> settle = one => guard.CommitAsync(one);"
    )]
    [TestCase("await using var attempt = await client.TryReserveAsync(action, amount); Take(attempt.Guard);")]
    [TestCase(
        "await using var attempt = await client.TryReserveAsync(action, amount); if (attempt.Guard is not { } guard) { return; } Take(guard);"
    )]
    // Not disposed on every path; where the rest goes is not this rule's to say.
    [TestCase("var guard = await client.ReserveAsync(action, amount); if (Flag) { await guard.DisposeAsync(); }")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); if (Flag) { return; } await guard.DisposeAsync();"
    )]
    [TestCase("var guard = await client.ReserveAsync(action, amount); try { Work(); } catch { guard.Dispose(); }")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); while (Flag) { guard.Dispose(); }")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); _ = Flag && Use(guard.DisposeAsync()); static bool Use(ValueTask task) => true;"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); if (field != null) { guards[0].Dispose(); } if (guard is { Caps: null }) { guard.Dispose(); }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); switch (Flag) { case true: guard.Dispose(); break; }"
    )]
    // Not made here.
    [TestCase("await using var guard = guards[0]; await WorkAsync();")]
    [TestCase("await using (field) { await WorkAsync(); }")]
    [TestCase("await using var guard = field ?? await client.ReserveAsync(action, amount); await WorkAsync();")]
    public Task Settled_or_gone_or_not_sure(string body) => RuleCheck.AsyncBody(body);
}
