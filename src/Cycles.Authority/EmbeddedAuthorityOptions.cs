using Microsoft.Extensions.Logging;

namespace Cycles.Authority;

/// <summary>How an <see cref="EmbeddedAuthority"/> tells time and how long it remembers.</summary>
/// <remarks>
/// The defaults suit an authority whose clients live in the same process: what they do not repeat within a day they
/// never repeat. A key that comes again after its record is gone is a new request.
/// </remarks>
public sealed class EmbeddedAuthorityOptions
{
    /// <summary>
    /// The clock; <see cref="TimeProvider.System"/> by default. Its wall clock is read once, and its monotonic timestamps
    /// count from there.
    /// </summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the authority logs; nowhere by default.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// How long the key of a reserve, a dry run or a decide is remembered, and never shorter than the reservation lives;
    /// more than zero, default 24 hours.
    /// </summary>
    public TimeSpan ReserveReplayLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a commit or release is remembered after it, and the reservation with it; more than zero, default 24
    /// hours.
    /// </summary>
    public TimeSpan SettlementReplayLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long an event is remembered; more than zero, default 24 hours.</summary>
    public TimeSpan EventReplayLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The most finished records (ended reservations, events, dry runs and decides) kept in all tenants together; 1 or
    /// more, default 1,000,000, <see langword="null"/> for no bound. Past it the oldest are forgotten before their time.
    /// </summary>
    public long? MaxFinishedRecords { get; set; } = 1_000_000;

    /// <summary>
    /// The protocol's own lifetimes, for an authority whose clients live elsewhere: one that keeps a journal repeats a
    /// commit for days. Reserves 24 hours, events 7 days, commits and releases 30 days, and no bound in number.
    /// </summary>
    /// <returns>Options to change further.</returns>
    public static EmbeddedAuthorityOptions ForRemoteClients() =>
        new()
        {
            ReserveReplayLifetime = TimeSpan.FromHours(24),
            EventReplayLifetime = TimeSpan.FromDays(7),
            SettlementReplayLifetime = TimeSpan.FromDays(30),
            MaxFinishedRecords = null,
        };

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        RequirePositive(ReserveReplayLifetime, nameof(ReserveReplayLifetime));
        RequirePositive(SettlementReplayLifetime, nameof(SettlementReplayLifetime));
        RequirePositive(EventReplayLifetime, nameof(EventReplayLifetime));
        if (MaxFinishedRecords is { } most)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(MaxFinishedRecords));
        }
    }

    private static void RequirePositive(TimeSpan value, string name) =>
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
}
