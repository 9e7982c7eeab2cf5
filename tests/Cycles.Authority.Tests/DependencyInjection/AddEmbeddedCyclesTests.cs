using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.Tests;

public sealed class AddEmbeddedCyclesTests
{
    [Test]
    public async Task A_tenant_is_ready_with_its_budgets_under_the_containers_clock()
    {
        var clock = new FakeTimeProvider();
        await using var provider = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddEmbeddedCycles("acme", admin => admin.Budget("tenant:acme", Amount.Tokens(10)))
            .BuildServiceProvider();
        var seam = provider.GetRequiredService<ICyclesAuthority>();

        var held = await seam.CreateReservationAsync(RetentionWorld.Reserve(ttlMs: 1_000));
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.That((await seam.GetReservationAsync(held.Value!.ReservationId!)).Status, Is.EqualTo(410));
    }

    [Test]
    public async Task Called_again_it_adds_a_tenant_to_the_same_authority_and_keeps_the_first_seam()
    {
        await using var provider = new ServiceCollection()
            .AddEmbeddedCycles("acme")
            .AddEmbeddedCycles("umbrella", admin => admin.Budget("tenant:umbrella", Amount.Tokens(10)))
            .BuildServiceProvider();

        var seam = provider.GetRequiredService<ICyclesAuthority>();
        var held = await seam.ForTenant("umbrella").CreateReservationAsync(RetentionWorld.Reserve(tenant: "umbrella"));

        Assert.That((seam.Tenant, held.IsSuccess), Is.EqualTo(("acme", true)));
    }

    [Test]
    public async Task An_authority_that_the_container_has_is_used_and_gets_the_budgets()
    {
        var own = new EmbeddedAuthority();
        await using var provider = new ServiceCollection()
            .AddSingleton(own)
            .AddEmbeddedCycles("acme", admin => admin.Budget("tenant:acme", Amount.Tokens(10)))
            .BuildServiceProvider();

        var held = await provider
            .GetRequiredService<ICyclesAuthority>()
            .CreateReservationAsync(RetentionWorld.Reserve());

        Assert.That(held.IsSuccess, Is.True, held.Error?.Message);
        Assert.That(
            (await own.ForTenant("acme").GetReservationAsync(held.Value!.ReservationId!)).Status,
            Is.EqualTo(200)
        );
    }

    [Test]
    public async Task The_authoritys_options_can_be_set()
    {
        await using var provider = new ServiceCollection()
            .AddEmbeddedCycles(
                "acme",
                admin => admin.Budget("tenant:acme", Amount.Tokens(100)),
                options => options.MaxFinishedRecords = 1
            )
            .BuildServiceProvider();
        var seam = provider.GetRequiredService<ICyclesAuthority>();

        await seam.CreateEventAsync(RetentionWorld.Event("first"));
        await seam.CreateEventAsync(RetentionWorld.Event("second"));

        Assert.That(provider.GetRequiredService<EmbeddedAuthority>().FinishedRecords, Is.EqualTo(1));
    }

    [Test]
    public void What_is_no_tenants_id_is_refused_at_once() =>
        Assert.That(
            () => new ServiceCollection().AddEmbeddedCycles("a b"),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("tenant")
        );
}
