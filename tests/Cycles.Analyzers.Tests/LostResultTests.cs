namespace Cycles.Analyzers.Tests;

/// <summary>CYC001.</summary>
public sealed class LostResultTests
{
    [TestCase("await {|CYC001:client.ReserveAsync(action, amount)|};")]
    [TestCase("await {|CYC001:client.TryReserveAsync(action, amount)|};")]
    [TestCase("{|CYC001:client.ReserveAsync(action, amount)|};")]
    [TestCase("{|CYC001:client.TryReserveAsync(action, amount)|}.AsTask();")]
    [TestCase("await {|CYC001:client.ReserveAsync(action, amount)|}.ConfigureAwait(false);")]
    [TestCase("await {|CYC001:client.ReserveAsync(action, amount)|}.AsTask();")]
    [TestCase("await {|CYC001:client.ReserveAsync(action, amount)|}.AsTask().ConfigureAwait(false);")]
    [TestCase("await {|CYC001:client.ReserveAsync(action, amount)|}.AsTask().WaitAsync(CancellationToken.None);")]
    [TestCase("await {|CYC001:client.ReserveAsync(action, amount)|}.Preserve();")]
    [TestCase("await (Task){|CYC001:client.ReserveAsync(action, amount)|}.AsTask();")]
    [TestCase("await ({|CYC001:client.ReserveAsync(action, amount)|});")]
    [TestCase("client?{|CYC001:.ReserveAsync(action, amount)|};")]
    [TestCase("client?{|CYC001:.ReserveAsync(action, amount)|}.AsTask();")]
    [TestCase(
        "await (Flag ? {|CYC001:client.ReserveAsync(action, amount)|} : {|CYC001:client.ReserveAsync(action, default)|});"
    )]
    [TestCase("if (Flag) await {|CYC001:client.ReserveAsync(action, amount)|};")]
    [TestCase("for (; Flag; await {|CYC001:client.ReserveAsync(action, amount)|}) { }")]
    [TestCase("async Task LoseAsync() { await {|CYC001:client.ReserveAsync(action, amount)|}; } await LoseAsync();")]
    [TestCase("await CallAsync(async () => { await {|CYC001:client.ReserveAsync(action, amount)|}; });")]
    [TestCase("switch (Flag) { case true: await {|CYC001:client.ReserveAsync(action, amount)|}; break; }")]
    public Task Thrown_away_in_an_async_method(string body) => RuleCheck.AsyncBody(body);

    [TestCase("{|CYC001:client.ReserveAsync(action, amount)|};")]
    [TestCase("{|CYC001:client.ReserveAsync(action, amount)|}.GetAwaiter().GetResult();")]
    [TestCase("{|CYC001:client.ReserveAsync(action, amount)|}.AsTask().Wait();")]
    [TestCase("Call(() => { {|CYC001:client.ReserveAsync(action, amount)|}; });")]
    public Task Thrown_away_in_a_sync_method(string body) => RuleCheck.SyncBody(body);

    [TestCase("public async Task LoseAsync() => await {|CYC001:client.ReserveAsync(action, amount)|};")]
    [TestCase("public void Lose() => {|CYC001:client.ReserveAsync(action, amount)|};")]
    public Task Thrown_away_as_the_body_of_a_method(string member) => RuleCheck.Members(member);

    [Test]
    public Task Thrown_away_in_a_program() =>
        RuleCheck.Program("await {|CYC001:client.ReserveAsync(action, amount)|};");

    [TestCase("_ = client.ReserveAsync(action, amount);")]
    [TestCase("_ = await client.ReserveAsync(action, amount);")]
    [TestCase("_ = await client.TryReserveAsync(action, amount).ConfigureAwait(false);")]
    [TestCase("field = await client.ReserveAsync(action, amount);")]
    [TestCase("Property ??= await client.ReserveAsync(action, amount);")]
    [TestCase("var pending = client.ReserveAsync(action, amount); Take(await pending);")]
    [TestCase("Take(await client.ReserveAsync(action, amount));")]
    [TestCase("guards.Add(await client.ReserveAsync(action, amount));")]
    [TestCase("await Task.WhenAll(client.ReserveAsync(action, amount).AsTask());")]
    [TestCase("var denial = (await client.TryReserveAsync(action, amount)).Denial;")]
    [TestCase("await (await client.ReserveAsync(action, amount)).CommitAsync(amount);")]
    [TestCase("var all = new[] { await client.ReserveAsync(action, amount) }; Take(all);")]
    [TestCase("var many = new List<ReservationGuard> { await client.ReserveAsync(action, amount) };")]
    [TestCase("if (await client.TryReserveAsync(action, amount) is { Denial: null }) { }")]
    [TestCase("var (a, b) = (await client.ReserveAsync(action, amount), 1); Take(a);")]
    [TestCase("await client.ReserveAsync(action, amount).AsTask().ContinueWith(t => t.Result.Dispose());")]
    [TestCase("await CallAsync(async () => await client.ReserveAsync(action, amount));")]
    [TestCase("await CallAsync(() => client.ReserveAsync(action, amount).AsTask());")]
    [TestCase("Call(() => client.ReserveAsync(action, amount));")]
    [TestCase("Call(async () => await client.ReserveAsync(action, amount).ConfigureAwait(false));")]
    [TestCase("await client.DecideAsync(action, amount); await client.EvaluateAsync(action, amount);")]
    [TestCase("await client.RunAsync(action, amount, (hold, token) => Task.FromResult((1, (Amount?)amount)));")]
    public Task Kept_or_dropped_on_purpose(string body) => RuleCheck.AsyncBody(body);

    [TestCase("public async Task<ReservationGuard> HoldAsync() => await client.ReserveAsync(action, amount);")]
    [TestCase("public ValueTask<ReservationGuard> HoldAsync() => client.ReserveAsync(action, amount);")]
    [TestCase("public async Task<ReserveAttempt> HoldAsync() { return await client.TryReserveAsync(action, amount); }")]
    [TestCase("public Task HoldAsync() => client.ReserveAsync(action, amount).AsTask();")]
    [TestCase(
        "public async IAsyncEnumerable<ReservationGuard> HoldAsync() { yield return await client.ReserveAsync(action, amount); }"
    )]
    [TestCase("public Func<Task> Later => async () => await client.ReserveAsync(action, amount);")]
    public Task Returned(string member) => RuleCheck.Members(member);
}
