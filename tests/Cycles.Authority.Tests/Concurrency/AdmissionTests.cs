namespace Cycles.Authority.Tests;

/// <summary>Workers start together and never wait for each other; what is asserted holds in whatever order they run.</summary>
public sealed class AdmissionTests
{
    private static readonly Subject Hierarchy = new()
    {
        Tenant = "acme",
        Workspace = "w",
        App = "a",
        Agent = "b",
    };

    private static readonly string[] Paths =
    [
        "tenant:acme",
        "tenant:acme/workspace:w",
        "tenant:acme/workspace:w/app:a",
        "tenant:acme/workspace:w/app:a/agent:b",
    ];

    private static ReservationCreateRequest Reserve(Subject subject, long cost) =>
        RetentionWorld.Reserve() with
        {
            Subject = subject,
            Estimate = Amount.Tokens(cost),
        };

    private static async Task<LedgerRow[]> LedgersAsync(ICyclesAuthority tenant)
    {
        var response = await tenant.GetBalancesAsync(
            new BalanceQuery
            {
                Subject = new Subject { Tenant = tenant.Tenant },
                IncludeChildren = true,
            }
        );
        return response.Value!.Balances.Select(LedgerRow.Of).ToArray();
    }

    /// <summary>Runs the body on threads of their own that start together.</summary>
    private static void Together(int workers, Func<int, Task> body)
    {
        using var start = new Barrier(workers);
        var failures = new List<Exception>();
        var threads = Enumerable
            .Range(0, workers)
            .Select(worker => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    body(worker).GetAwaiter().GetResult();
                }
                catch (Exception failure)
                {
                    lock (failures)
                    {
                        failures.Add(failure);
                    }
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.That(failures, Is.Empty);
    }

    [TestCase(1_000, 1)]
    [TestCase(1_000, 7)]
    [TestCase(999, 1_000)]
    public async Task Exactly_as_many_are_admitted_as_the_budget_pays_for(long budget, long cost)
    {
        var authority = new EmbeddedAuthority();
        foreach (var path in Paths)
        {
            authority.Administer("acme").Budget(path, Amount.Tokens(budget));
        }

        var acme = authority.ForTenant("acme");
        var admitted = 0;
        Together(
            8,
            async _ =>
            {
                for (var i = 0; i < 400; i++)
                {
                    var held = await acme.CreateReservationAsync(Reserve(Hierarchy, cost));
                    if (held.Value is not { } reservation)
                    {
                        continue;
                    }

                    Interlocked.Increment(ref admitted);
                    var commit = RetentionWorld.Commit() with { Actual = Amount.Tokens(cost) };
                    await acme.CommitReservationAsync(reservation.ReservationId!, commit);
                }
            }
        );

        var expected = budget / cost;
        Assert.That(admitted, Is.EqualTo(expected));
        Assert.That(
            await LedgersAsync(acme),
            Is.All.EqualTo(new LedgerRow(budget - (expected * cost), 0, expected * cost))
        );
    }

    [Test]
    public async Task One_key_from_many_workers_is_one_reservation_and_one_charge()
    {
        var world = new RetentionWorld();
        var request = RetentionWorld.Reserve("key");
        var ids = new string[8];
        Together(
            8,
            async worker =>
            {
                ids[worker] = (await world.Acme.CreateReservationAsync(request)).Value!.ReservationId!;
                await world.Acme.CommitReservationAsync(ids[worker], RetentionWorld.Commit());
            }
        );

        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
        Assert.That(await world.SpentAsync(), Is.EqualTo(10));
    }

    [Test]
    public async Task Two_tenants_run_at_once_without_sharing_anything()
    {
        var authority = new EmbeddedAuthority();
        string[] tenants = ["acme", "umbrella"];
        foreach (var tenant in tenants)
        {
            // The unrooted scope and the keys are the same for both.
            authority.Administer(tenant).Budget("agent:bot", Amount.Tokens(500));
        }

        var admitted = new int[2];
        Together(
            2,
            async worker =>
            {
                var seam = authority.ForTenant(tenants[worker]);
                for (var i = 0; i < 1_000; i++)
                {
                    var request = RetentionWorld.Reserve($"key-{i}") with
                    {
                        Subject = new Subject { Agent = "bot" },
                        Estimate = Amount.Tokens(1 + worker),
                    };
                    admitted[worker] += (await seam.CreateReservationAsync(request)).IsSuccess ? 1 : 0;
                }
            }
        );

        Assert.That(admitted, Is.EqualTo([500, 250]));
        foreach (var tenant in tenants)
        {
            var balances = await authority
                .ForTenant(tenant)
                .GetBalancesAsync(new BalanceQuery { Subject = new Subject { Agent = "bot" } });
            Assert.That(LedgerRow.Of(balances.Value!.Balances.Single()), Is.EqualTo(new LedgerRow(0, 500, 0)));
        }
    }

    [Test]
    public void A_tenant_does_not_wait_for_another_ones_lock()
    {
        var world = new RetentionWorld();
        world.Administer("umbrella");
        var answered = false;

        using (world.Authority.SpaceByNumber(0)!.Enter(out _))
        {
            var other = new Thread(() => Together(1, async _ => answered = await HoldAsync()));
            other.Start();
            other.Join(TimeSpan.FromSeconds(30));
        }

        Assert.That(answered, Is.True);

        async Task<bool> HoldAsync() => (await world.HoldAsync(tenant: "umbrella")).Length > 0;
    }

    [Test]
    public async Task A_tenant_that_makes_room_does_not_wait_for_another_ones_lock()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 2);
        world.Administer("umbrella");
        await world.FinishAsync();
        await world.FinishAsync();
        var answered = false;

        // The oldest records are acme's, and acme is at work.
        using (world.Authority.SpaceByNumber(0)!.Enter(out _))
        {
            var other = new Thread(() => Together(1, async _ => answered = await FinishAsync()));
            other.Start();
            other.Join(TimeSpan.FromSeconds(30));
            Assert.That(answered, Is.True);
        }

        Assert.That(world.Authority.FinishedRecords, Is.EqualTo(2), "acme makes room itself when it is done");

        async Task<bool> FinishAsync() => (await world.FinishAsync(tenant: "umbrella")).Length > 0;
    }

    [Test]
    public async Task Many_workers_past_the_bound_keep_exactly_as_many_records_as_it_says()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 1_000);
        Together(
            8,
            async _ =>
            {
                for (var i = 0; i < 1_000; i++)
                {
                    await world.FinishAsync();
                }
            }
        );

        await world.FinishAsync();
        Assert.That(world.Authority.FinishedRecords, Is.EqualTo(1_000));
        Assert.That(world.Authority.EvictedRecords, Is.EqualTo(7_001));
    }

    [Test]
    public async Task A_stress_of_everything_ends_with_an_exact_ledger()
    {
        var world = new RetentionWorld(options => options.MaxFinishedRecords = 500);
        var acme = world.Acme;
        var spent = 0L;
        Together(
            6,
            async worker =>
            {
                var random = new Random(worker);
                var held = new List<string>();
                for (var i = 0; i < 2_000; i++)
                {
                    var id = held.Count > 0 ? held[random.Next(held.Count)] : "";
                    switch (held.Count == 0 ? 0 : random.Next(9))
                    {
                        case 0 or 1 or 2:
                            var request = RetentionWorld.Reserve(ttlMs: 1_000) with { GracePeriodMs = 0 };
                            held.Add((await acme.CreateReservationAsync(request)).Value!.ReservationId!);
                            break;
                        case 3 or 4:
                            var commit = await acme.CommitReservationAsync(
                                id,
                                new CommitRequest
                                {
                                    IdempotencyKey = Guid.NewGuid().ToString(),
                                    Actual = Amount.Tokens(random.Next(20)),
                                }
                            );
                            Interlocked.Add(ref spent, commit.Value?.Charged.Value ?? 0);
                            held.Remove(id);
                            break;
                        case 5:
                            await acme.ReleaseReservationAsync(id, new ReleaseRequest { IdempotencyKey = "r" });
                            held.Remove(id);
                            break;
                        case 6:
                            await acme.ExtendReservationAsync(
                                id,
                                new ReservationExtendRequest { IdempotencyKey = $"{i}", ExtendByMs = 500 }
                            );
                            break;
                        case 7:
                            var applied = await acme.CreateEventAsync(RetentionWorld.Event($"{worker}-{i}"));
                            Interlocked.Add(ref spent, applied.IsSuccess ? 10 : 0);
                            break;
                        default:
                            world.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(40)));
                            break;
                    }
                }
            }
        );

        world.Clock.Advance(TimeSpan.FromDays(3));
        Assert.That((await LedgersAsync(acme)).Single(), Is.EqualTo(new LedgerRow(1_000_000_000 - spent, 0, spent)));
        Assert.That(spent, Is.Positive);

        // The last holds expired just now; their records go a day later.
        world.Clock.Advance(TimeSpan.FromDays(3));
        world.Authority.Sweep();
        Assert.That(world.Authority.FinishedRecords, Is.Zero);
    }

    [Test]
    public async Task No_hold_of_the_lock_expires_more_than_256()
    {
        var world = new RetentionWorld();
        for (var i = 0; i < 3_000; i++)
        {
            await world.HoldAsync(ttlMs: 1_000);
        }

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        var balance = (await LedgersAsync(world.Acme)).Single();

        Assert.That(balance, Is.EqualTo(new LedgerRow(1_000_000_000, 0, 0)), "all that was due has expired");
        Assert.That(world.Authority.SpaceByNumber(0)!.MostEndedInOneHold, Is.EqualTo(256));
    }

    [Test]
    public async Task Closing_a_tenant_ends_no_more_than_256_in_one_hold_of_the_lock()
    {
        var world = new RetentionWorld();
        for (var i = 0; i < 1_000; i++)
        {
            await world.HoldAsync(ttlMs: i % 2 == 0 ? 1_000 : 60_000);
        }

        world.Clock.Advance(TimeSpan.FromSeconds(10));
        world.Authority.Administer("acme").CloseTenant();

        var balance = (await LedgersAsync(world.Acme)).Single();
        Assert.That(balance, Is.EqualTo(new LedgerRow(1_000_000_000, 0, 0)));
        Assert.That(world.Authority.SpaceByNumber(0)!.MostEndedInOneHold, Is.EqualTo(256));
    }
}
