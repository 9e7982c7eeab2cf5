namespace Cycles.Authority.AspNetCore.Tests;

public sealed class KeyTests : HostFixture
{
    [TestCase("")]
    [TestCase("cyc_acm")]
    [TestCase("cyc_acme ")]
    [TestCase("CYC_ACME")]
    [TestCase("cyc_acme, cyc_globex")]
    [TestCase("admin_test")]
    public async Task A_missing_or_unknown_key_is_401(string key)
    {
        (string, string) header = ("X-Cycles-API-Key", key.TrimEnd() == "cyc_acme" ? "cyc_acme_" : key);

        AssertRefused(await Host.GetAsync("/v1/balances?tenant=acme", header), 401, "UNAUTHORIZED");
        AssertRefused(await Host.PostAsync("/v1/decide", "not even JSON", header), 401, "UNAUTHORIZED");
        AssertRefused(await Host.GetAsync("/v1/reservations", header), 401, "UNAUTHORIZED");
    }

    [Test]
    public async Task Keys_come_and_go_while_it_runs()
    {
        var keys = new CyclesApiKeys();
        await using var host = await TestHost.StartAsync(options => options.ApiKeys = keys);
        Task<Reply> AskAsync(string key) => host.GetAsync("/v1/balances?workspace=x", ("X-Cycles-API-Key", key));

        var made = keys.Create("Acme");
        Assert.That((await AskAsync(made.Key)).Header("X-Cycles-Tenant"), Is.EqualTo("acme"));
        Assert.That(keys.Revoke(made.KeyId), Is.True);
        Assert.That(keys.Revoke(made.KeyId), Is.False);
        AssertRefused(await AskAsync(made.Key), 401, "UNAUTHORIZED");
        Assert.That(keys.Count, Is.Zero);
    }

    [Test]
    public async Task Two_keys_see_two_tenants()
    {
        var acme = await Host.GetAsync("/v1/balances?agent=bot");
        var globex = await Host.GetAsync("/v1/balances?agent=bot", ("X-Cycles-API-Key", TestHost.GlobexKey));

        Assert.That(acme.Body.GetProperty("balances").GetArrayLength(), Is.EqualTo(1));
        Assert.That(globex.Body.GetProperty("balances").GetArrayLength(), Is.Zero);
    }

    [TestCase("")]
    [TestCase("with blank")]
    [TestCase("ünïcode")]
    public void A_key_that_fits_no_header_is_refused_and_not_repeated(string key)
    {
        var refused = Assert.Throws<ArgumentException>(() => new CyclesApiKeys().Add(key, "acme"))!;

        Assert.That(key.Length == 0 || !refused.Message.Contains(key, StringComparison.Ordinal));
    }

    [Test]
    public void A_key_acts_for_one_tenant()
    {
        var keys = new CyclesApiKeys();
        keys.Add("cyc_one", "acme");

        Assert.Throws<ArgumentException>(() => keys.Add("cyc_one", "globex"));
        Assert.Throws<ArgumentException>(() => keys.Add("cyc_two", "no tenant"));
    }

    [Test]
    public void A_new_key_does_not_tell_itself() =>
        Assert.That(
            new CyclesApiKeys().Create("acme") is var key && !$"{key}".Contains(key.Key, StringComparison.Ordinal)
        );

    [Test]
    public async Task No_key_reaches_the_log()
    {
        await ReserveAsync();
        await Host.GetAsync("/v1/balances?tenant=acme", ("X-Cycles-API-Key", "cyc_unknown_secret"));
        var made = await Host.PostAsync("/admin/tenants/acme/api-keys", "", ("X-Admin-API-Key", TestHost.AdminKey));
        await Host.GetAsync("/v1/balances?tenant=acme", ("X-Cycles-API-Key", made.String("api_key")));
        await Host.GetAsync("/v1/reservations", ("X-Admin-API-Key", "admin_wrong_secret"));

        string[] secrets =
        [
            TestHost.AcmeKey,
            TestHost.AdminKey,
            "cyc_unknown_secret",
            "admin_wrong_secret",
            made.String("api_key"),
        ];
        var log = string.Join('\n', Host.Log.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"));
        Assert.That(log, Does.Contain("Audit"));
        Assert.That(secrets.Where(secret => log.Contains(secret, StringComparison.Ordinal)), Is.Empty);
    }
}
