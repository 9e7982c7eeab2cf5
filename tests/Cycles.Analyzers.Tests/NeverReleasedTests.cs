namespace Cycles.Analyzers.Tests;

/// <summary>CYC002.</summary>
public sealed class NeverReleasedTests
{
    [TestCase("var {|CYC002:guard|} = await client.ReserveAsync(action, amount);")]
    [TestCase("var {|CYC002:guard|} = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);")]
    [TestCase("ReservationGuard {|CYC002:guard|} = await client.ReserveAsync(action, amount).ConfigureAwait(false);")]
    [TestCase("var {|CYC002:guard|} = await client.ReserveAsync(action, amount).AsTask(); await WorkAsync();")]
    [TestCase("var {|CYC002:attempt|} = await client.TryReserveAsync(action, amount); Take(attempt.Denial);")]
    [TestCase(
        "var {|CYC002:attempt|} = await client.TryReserveAsync(action, amount); if (attempt.Guard is { } guard) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var {|CYC002:attempt|} = await client.TryReserveAsync(action, amount); var guard = attempt.Guard!; await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "var {|CYC002:attempt|} = await client.TryReserveAsync(action, amount); if (attempt is { Guard: { } guard }) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var {|CYC002:guard|} = (await client.TryReserveAsync(action, amount)).Guard; await guard!.CommitAsync(amount);"
    )]
    [TestCase(
        "if ((await client.TryReserveAsync(action, amount)).Guard is { } {|CYC002:guard|}) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "if (await client.TryReserveAsync(action, amount) is { Guard: { } {|CYC002:guard|} }) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "switch (await client.TryReserveAsync(action, amount)) { case { Guard: { } {|CYC002:guard|} }: await guard.CommitAsync(amount); break; }"
    )]
    [TestCase(
        "ReservationGuard {|CYC002:guard|}; guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "ReservationGuard? {|CYC002:guard|} = null; if (Flag) { guard = await client.ReserveAsync(action, amount); } await (guard?.CommitAsync(amount) ?? Task.CompletedTask);"
    )]
    [TestCase(
        "ReservationGuard? {|CYC002:guard|} = null; guard ??= await client.ReserveAsync(action, amount); Work();"
    )]
    [TestCase(
        "var {|CYC002:guard|} = Flag ? await client.ReserveAsync(action, amount) : null; if (guard != null) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var {|CYC002:guard|} = Flag ? await client.ReserveAsync(action, amount) : await client.ReserveAsync(action, default);"
    )]
    [TestCase(
        "var {|CYC002:guard|} = (await client.TryReserveAsync(action, amount)).Guard ?? throw new InvalidOperationException(); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "while (Flag) { var {|CYC002:guard|} = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var {|CYC002:guard|} = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "var {|CYC002:guard|} = await client.ReserveAsync(action, amount); var same = guard; await same.CommitAsync(amount); Take(nameof(guard)); Take(guard.ReservationId); await guard.ExtendAsync(default);"
    )]
    [TestCase(
        "var {|CYC002:guard|} = await client.ReserveAsync(action, amount); if (guard is not null && guard.Caps is null) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "await CallAsync(async () => { var {|CYC002:guard|} = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); });"
    )]
    [TestCase(
        "async Task LocalAsync() { var {|CYC002:guard|} = await client.ReserveAsync(action, amount); } await LocalAsync();"
    )]
    [TestCase(
        "try { var {|CYC002:guard|} = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); } finally { Work(); }"
    )]
    public Task Held_and_never_ended(string body) => RuleCheck.AsyncBody(body);

    [TestCase(
        "var {|CYC002:guard|} = client.ReserveAsync(action, amount).AsTask().Result; guard.CommitAsync(amount).Wait();"
    )]
    [TestCase("var {|CYC002:guard|} = client.ReserveAsync(action, amount).GetAwaiter().GetResult();")]
    public Task Held_in_a_sync_method(string body) => RuleCheck.SyncBody(body);

    [Test]
    public Task Held_in_a_program() =>
        RuleCheck.Program(
            "var {|CYC002:guard|} = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
        );

    // Ended here.
    [TestCase("await using var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);")]
    [TestCase(
        "await using (var guard = await client.ReserveAsync(action, amount)) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await using (guard) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await using (guard.ConfigureAwait(false)) { await guard.CommitAsync(amount); }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await using var end = guard.ConfigureAwait(false); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await using var same = guard; await same.CommitAsync(amount);"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); try { await guard.CommitAsync(amount); } finally { await guard.DisposeAsync(); }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); try { await guard.CommitAsync(amount); } finally { await guard.DisposeAsync().ConfigureAwait(false); }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); guard.Dispose();"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); ((IDisposable)guard).Dispose();"
    )]
    [TestCase(
        "ReservationGuard? guard = null; try { guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); } finally { guard?.Dispose(); }"
    )]
    [TestCase(
        "ReservationGuard? guard = null; try { guard = await client.ReserveAsync(action, amount); await guard.CommitAsync(amount); } finally { if (guard is not null) { await guard.DisposeAsync(); } }"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); try { await guard.CommitAsync(amount); } catch { await guard.ReleaseAsync(); throw; }"
    )]
    [TestCase("var guard = await client.ReserveAsync(action, amount); if (Flag) { await guard.ReleaseAsync(); }")]
    [TestCase(
        "var attempt = await client.TryReserveAsync(action, amount); await using (attempt.Guard) { await attempt.Guard!.CommitAsync(amount); }"
    )]
    [TestCase(
        "var attempt = await client.TryReserveAsync(action, amount); if (attempt.Guard is { } guard) { await guard.ReleaseAsync(); }"
    )]
    [TestCase("var attempt = await client.TryReserveAsync(action, amount); attempt.Guard?.ReleaseAsync();")]
    // Leaves the method.
    [TestCase("var guard = await client.ReserveAsync(action, amount); Take(guard);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); field = guard;")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Property = guard;")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Property ??= guard;")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); guards.Add(guard);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); guards[0] = guard;")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); var all = new[] { guard };")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); ReservationGuard[] all = [guard];")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); var many = new List<ReservationGuard> { guard };"
    )]
    [TestCase("var guard = await client.ReserveAsync(action, amount); var kept = new Sample { Property = guard };")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); var kept = new { guard };")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); var pair = (guard, 1);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); (field, var x) = (guard, 1);")]
    [TestCase("var (guard, x) = (await client.ReserveAsync(action, amount), 1);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); object boxed = guard;")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); IAsyncDisposable later = guard;")]
    [TestCase("IAsyncDisposable later = await client.ReserveAsync(action, amount);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); _ = guard;")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Change(ref guard);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Call(() => guard.Dispose());")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); await CallAsync(() => guard.CommitAsync(amount));"
    )]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); async Task SettleAsync() => await guard.CommitAsync(amount); await SettleAsync();"
    )]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Action end = guard.Dispose; end();")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); var all = guards.Select(one => one == guard);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Take(Flag ? guard : null);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Take(guard as IDisposable);")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); Take($\"{guard}\");")]
    [TestCase("var guard = await client.ReserveAsync(action, amount); var kept = guard; field = kept;")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); if (guard is IDisposable end) { end.Dispose(); }"
    )]
    [TestCase("var guard = await client.ReserveAsync(action, amount); if (guard is var same) { Take(same); }")]
    [TestCase(
        "var guard = await client.ReserveAsync(action, amount); Take(guard switch { { Caps: null } one => one, _ => null });"
    )]
    [TestCase("var attempt = await client.TryReserveAsync(action, amount); Take(attempt.Guard);")]
    [TestCase("var attempt = await client.TryReserveAsync(action, amount); field = attempt.Guard;")]
    [TestCase("if (await client.TryReserveAsync(action, amount) is { Guard: { } guard }) { guards.Add(guard); }")]
    [TestCase(
        "ReservationGuard? last = null; foreach (var i in new[] { 1, 2 }) { var guard = await client.ReserveAsync(action, amount); last = guard; } Take(last);"
    )]
    [TestCase(
        "ReservationGuard? outer = null; await CallAsync(async () => outer = await client.ReserveAsync(action, amount)); outer?.Dispose();"
    )]
    // Not made here, or mixed with another.
    [TestCase("var guard = guards[0]; await guard.CommitAsync(amount);")]
    [TestCase("var guard = field ?? await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);")]
    [TestCase(
        "var guard = Flag ? guards[0] : await client.ReserveAsync(action, amount); await guard.CommitAsync(amount);"
    )]
    [TestCase(
        "var guard = guards[0]; if (Flag) { guard = await client.ReserveAsync(action, amount); } await guard.CommitAsync(amount);"
    )]
    [TestCase("foreach (var guard in guards) { await guard.CommitAsync(amount); }")]
    [TestCase("var attempt = attemptField; if (attempt?.Guard is { } guard) { await guard.CommitAsync(amount); }")]
    [TestCase(
        "var pending = client.ReserveAsync(action, amount); await using var guard = await pending; await guard.CommitAsync(amount);"
    )]
    public Task Ended_here_or_gone_or_not_ours(string body) => RuleCheck.AsyncBody(body);

    [TestCase(
        "public async Task<ReservationGuard> HoldAsync() { var guard = await client.ReserveAsync(action, amount); return guard; }"
    )]
    [TestCase(
        "public async Task<object> HoldAsync() { var guard = await client.ReserveAsync(action, amount); return (guard, 1); }"
    )]
    [TestCase(
        "public async IAsyncEnumerable<ReservationGuard> HoldAsync() { var guard = await client.ReserveAsync(action, amount); yield return guard; }"
    )]
    [TestCase(
        "public void Hold(out ReservationGuard guard) { guard = client.ReserveAsync(action, amount).AsTask().Result; }"
    )]
    [TestCase(
        "public async Task<ReservationGuard?> HoldAsync() { var attempt = await client.TryReserveAsync(action, amount); return attempt.Guard; }"
    )]
    [TestCase(
        "public async Task<ReservationGuard?> HoldAsync() { var attempt = await client.TryReserveAsync(action, amount); return attempt switch { { Guard: { } guard } => guard, _ => null }; }"
    )]
    [TestCase(
        "public ReservationGuard Held { get; } = new CyclesClient(null!).ReserveAsync(null!, default).AsTask().Result;"
    )]
    public Task Returned_or_given_out(string member) => RuleCheck.Members(member);
}
