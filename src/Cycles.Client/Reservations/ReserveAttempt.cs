namespace Cycles;

/// <summary>
/// The answer to <see cref="CyclesClient.TryReserveAsync"/>: either a <see cref="Guard"/> or a <see cref="Denial"/>.
/// Disposing it disposes the guard, if there is one.
/// </summary>
public sealed class ReserveAttempt : IAsyncDisposable, IDisposable
{
    internal ReserveAttempt(ReservationGuard guard) => Guard = guard;

    internal ReserveAttempt(Denial denial) => Denial = denial;

    /// <summary>The hold; null when denied.</summary>
    public ReservationGuard? Guard { get; }

    /// <summary>Why not; null when there is a hold.</summary>
    public Denial? Denial { get; }

    /// <inheritdoc cref="ReservationGuard.Dispose" />
    public void Dispose() => Guard?.Dispose();

    /// <inheritdoc cref="ReservationGuard.DisposeAsync" />
    public ValueTask DisposeAsync() => Guard?.DisposeAsync() ?? default;
}
