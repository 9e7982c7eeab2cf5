using Cycles.Authority;

namespace Cycles.Client.Tests;

/// <summary>One client, many tenants.</summary>
public sealed class TenantTests : ClientFixture
{
    [Test]
    public async Task A_hundred_tenants_keep_disjoint_ledgers()
    {
        var ledger = new EmbeddedAuthority();
        var tenants = Enumerable.Range(1, 100).Select(i => (Id: $"tenant-{i}", Spend: (long)i)).ToArray();
        foreach (var (id, _) in tenants)
        {
            ledger.Administer(id).Budget($"tenant:{id}", Tokens(1_000));
        }

        await using var client = new CyclesClient(ledger.ForTenant("tenant-1"));
        await Parallel.ForEachAsync(
            tenants,
            async (tenant, token) =>
            {
                // By the client of the tenant, and by naming it in the call.
                await using var own = await client.ForTenant(tenant.Id).ReserveAsync(Work, Tokens(500), null, token);
                await own.CommitAsync(Tokens(tenant.Spend), cancellationToken: token);
                await client.RecordEventAsync(Work, Tokens(2), new() { Subject = new() { Tenant = tenant.Id } }, token);
            }
        );

        foreach (var (id, spend) in tenants)
        {
            var balances = new List<Balance>();
            await foreach (var balance in client.ForTenant(id).GetBalancesAsync())
            {
                balances.Add(balance);
            }

            Assert.That(balances.Single().Scope, Is.EqualTo($"tenant:{id}"));
            Assert.That(balances[0].Spent, Is.EqualTo(Tokens(spend + 2)));
            Assert.That(balances[0].Reserved, Is.EqualTo(Tokens(0)));
        }
    }

    [Test]
    public async Task A_hundred_tenants_keep_disjoint_ledgers_over_HTTP()
    {
        var tenants = Enumerable.Range(1, 100).Select(i => (Id: $"tenant-{i}", Spend: (long)i)).ToArray();
        await using var host = await LedgerHost.StartAsync(tenants.Select(tenant => tenant.Id));
        await using var client = new CyclesClient(
            host.Url,
            LedgerHost.KeyOf("tenant-1"),
            new()
            {
                Subject = new() { Tenant = "tenant-1" },
                JournalDirectory = TestHome.NewJournal(),
                ApiKeyProvider = async (tenant, token) =>
                {
                    await Task.Yield();
                    return LedgerHost.KeyOf(tenant!);
                },
            }
        );
        await Parallel.ForEachAsync(
            tenants,
            async (tenant, token) =>
            {
                var other = client.ForTenant(tenant.Id);
                await using var own = await other.ReserveAsync(Work, Tokens(500), null, token);
                await own.ExtendAsync(TimeSpan.FromSeconds(1), token);
                await own.CommitAsync(Tokens(tenant.Spend), cancellationToken: token);
                await using var unused = await other.ReserveAsync(Work, Tokens(100), null, token);
                await unused.ReleaseAsync(cancellationToken: token);
                await client.RecordEventAsync(Work, Tokens(2), new() { Subject = new() { Tenant = tenant.Id } }, token);
                await foreach (var page in other.GetBalancePagesAsync(cancellationToken: token))
                {
                    Assert.That(page.ResponseMetadata.Tenant, Is.EqualTo(tenant.Id));
                }
            }
        );

        foreach (var (id, spend) in tenants)
        {
            var balance = await host.BalanceAsync(id);
            Assert.That(balance.Spent, Is.EqualTo(Tokens(spend + 2)), id);
            Assert.That(balance.Reserved, Is.EqualTo(Tokens(0)), id);
        }

        Assert.That((await host.BalanceAsync()).Spent, Is.EqualTo(Tokens(0)));
    }

    [Test]
    public void A_client_is_kept_and_leads_back()
    {
        var other = Client.ForTenant("umbrella");
        Assert.Multiple(() =>
        {
            Assert.That(Client.ForTenant("umbrella"), Is.SameAs(other));
            Assert.That(other.ForTenant("umbrella"), Is.SameAs(other));
            Assert.That(other.ForTenant("acme"), Is.SameAs(Client));
            Assert.That(Client.ForTenant("ACME"), Is.SameAs(Client));
            Assert.That(Client.ForTenant("third"), Is.SameAs(other.ForTenant("third")));
        });
    }

    [Test]
    public async Task Options_hold_for_every_tenant()
    {
        Ledger.Administer("umbrella").Budget("tenant:umbrella", Tokens(100));
        await using var client = NewClient(o => o.Subject = new() { Tenant = "acme", Agent = "bot" });
#pragma warning disable CYC004 // Only its subject is looked at; nothing runs that could cost something.
        await using var guard = await client.ForTenant("umbrella").ReserveAsync(Work, Tokens(1));
#pragma warning restore CYC004
        Assert.That(guard.Subject, Is.EqualTo(new Subject { Tenant = "umbrella", Agent = "bot" }));
    }

    [Test]
    public async Task Disposing_a_tenants_client_does_nothing_and_disposing_the_first_ends_all()
    {
        Ledger.Administer("umbrella").Budget("tenant:umbrella", Tokens(100));
        var other = Client.ForTenant("umbrella");
        await other.DisposeAsync();
        other.Dispose();
        await using (var guard = await other.ReserveAsync(Work, Tokens(1)))
        {
            await guard.CommitAsync(Tokens(1));
        }

        await Client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await other.ReserveAsync(Work, Tokens(1)));
        Assert.Throws<ObjectDisposedException>(() => Client.ForTenant("umbrella"));
    }

    [Test]
    public async Task One_flush_drains_the_settlements_of_all()
    {
        Spends(7);
        await using var guard = await Client.ReserveAsync(Work, Tokens(10));
        Authority.Next(Operation.Commit, Fault.LostBefore);
        await guard.CommitAsync(Tokens(7));
        var flushed = await Client.ForTenant("umbrella").FlushAsync(TimeSpan.FromSeconds(1));
        Assert.That(flushed, Is.EqualTo(new FlushResult { Settled = 1 }));
    }

    [TestCase("a b")]
    [TestCase("")]
    public void What_is_no_tenants_id_is_refused(string tenant)
    {
        Assert.Throws<ArgumentException>(() => Client.ForTenant(tenant));
        Assert.That(
            async () => await Client.ReserveAsync(Work, Tokens(1), new() { Subject = new() { Tenant = tenant } }),
            Throws.ArgumentException.With.Message.Contains("subject.tenant")
        );
    }
}
