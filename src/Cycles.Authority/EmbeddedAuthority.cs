using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles.Authority;

/// <summary>
/// A whole Cycles authority in this process: ledgers, reservations, replay and administration for any number of
/// tenants, kept in memory, for local use and tests. It answers as a server does.
/// </summary>
/// <remarks>
/// Safe for concurrent use; no tenant waits for another. All time comes from the options' clock, and nothing runs in the
/// background: what is due of a tenant expires and goes before anybody sees it, and that of idle tenants within seconds
/// of somebody's use of any tenant. An authority that nobody uses at all keeps what it has until <see cref="Sweep"/>.
/// </remarks>
public sealed class EmbeddedAuthority
{
    private const long TendEveryMs = 1_000;

    private readonly ConcurrentDictionary<string, TenantSpace> _tenants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, TenantSpace> _byNumber = new();
    private readonly AuthorityClock _clock;
    private readonly Retention _retention;
    private readonly object _opening = new();
    private long _tendedAt;

    /// <summary>An authority without tenants or budgets.</summary>
    /// <param name="options">The clock and the memory; the defaults when null. Read once.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public EmbeddedAuthority(EmbeddedAuthorityOptions? options = null)
    {
        options ??= new EmbeddedAuthorityOptions();
        options.Validate();
        var logging = options.LoggerFactory ?? NullLoggerFactory.Instance;
        _clock = new AuthorityClock(options.TimeProvider);
        _tendedAt = _clock.Now;
        _retention = new Retention(options, logging.CreateLogger("Cycles.Authority"));
    }

    /// <summary>How many finished records are kept for replay and lists, in all tenants together.</summary>
    public long FinishedRecords => _retention.FinishedCount;

    /// <summary>How many finished records went before their time because there were too many.</summary>
    public long EvictedRecords => _retention.EvictedCount;

    internal Ids Ids { get; } = new();

    /// <summary>The seam for one tenant: what a client of that tenant talks to.</summary>
    /// <param name="tenant">The tenant's id, in any case of letters: 1 to 128 characters of <c>A-Z a-z 0-9 _ . -</c>.</param>
    /// <returns>The seam; the same one for the same tenant.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    public ICyclesAuthority ForTenant(string tenant) => SpaceOf(tenant).Seam;

    /// <summary>The operator's side of one tenant: its budgets and its record.</summary>
    /// <param name="tenant">The tenant's id, as for <see cref="ForTenant"/>.</param>
    /// <returns>The administration; the same one for the same tenant.</returns>
    /// <exception cref="ArgumentException"><paramref name="tenant"/> is not a tenant's id.</exception>
    public TenantAdministration Administer(string tenant) => SpaceOf(tenant).Administration;

    /// <summary>Whose reservation it is, for an operator who knows no more than its id.</summary>
    /// <param name="reservationId">The reservation's id.</param>
    /// <returns>The tenant's id in lower case; null where there is no such reservation, or none any more.</returns>
    public string? TenantOf(string reservationId)
    {
        ArgumentNullException.ThrowIfNull(reservationId);
        var isId = Ids.TryParse(reservationId, out var tenant, out var number);
        return isId && SpaceByNumber(tenant) is { } space && space.Keeps(number) ? space.Tenant : null;
    }

    /// <summary>
    /// Expires and forgets what is due in every tenant. Needed only where the memory of an authority matters that nobody
    /// uses any more: every use does the same, bit by bit.
    /// </summary>
    public void Sweep()
    {
        foreach (var (_, space) in _tenants)
        {
            space.Sweep();
        }
    }

    /// <summary>
    /// Now and then looks after the tenants that nobody uses, so that their holds and records go in time too. Takes no
    /// lock that somebody else has, and no more than a batch from each.
    /// </summary>
    internal void TendIdle(long now)
    {
        var last = Volatile.Read(ref _tendedAt);
        if (now - last < TendEveryMs || Interlocked.CompareExchange(ref _tendedAt, now, last) != last)
        {
            return;
        }

        foreach (var (_, space) in _tenants)
        {
            space.TryTend();
        }
    }

    /// <summary>
    /// Forgets the oldest finished records of all tenants until there are no more than the bound, or until the tenant
    /// that has them is at work and will do it itself.
    /// </summary>
    internal void EnforceBound()
    {
        while (_retention.IsOverBound && FindOldest(out var youngest) is { } space && space.TryEvictOldest(youngest))
        { }

        _retention.ReportOnce();
    }

    internal TenantSpace? SpaceByNumber(int number) => _byNumber.GetValueOrDefault(number);

    private TenantSpace SpaceOf(string tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        if (new Subject { Tenant = tenant }.Validate() is { } finding)
        {
            throw new ArgumentException($"The tenant's id {finding.Problem}.", nameof(tenant));
        }

        var canonical = ScopePath.Canonical(tenant);
        if (_tenants.TryGetValue(canonical, out var known))
        {
            return known;
        }

        lock (_opening)
        {
            return _tenants.GetOrAdd(canonical, Open);
        }
    }

    private TenantSpace Open(string tenant)
    {
        var space = new TenantSpace(this, tenant, _byNumber.Count, _clock, _retention);
        _byNumber[space.Number] = space;
        return space;
    }

    /// <summary>The tenant with the oldest record of all, which gives none that is younger than the oldest of the next.</summary>
    private TenantSpace? FindOldest(out long youngest)
    {
        TenantSpace? oldest = null;
        var first = long.MaxValue;
        youngest = long.MaxValue;
        foreach (var (_, space) in _tenants)
        {
            var at = space.OldestFinishedAt;
            if (at < first)
            {
                (oldest, first, youngest) = (space, at, first);
            }
            else
            {
                youngest = Math.Min(youngest, at);
            }
        }

        return oldest;
    }
}
