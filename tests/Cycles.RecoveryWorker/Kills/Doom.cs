using System.Diagnostics;

namespace Cycles.RecoveryWorker;

/// <summary>What this process is to die of, and the end itself: SIGKILL, which nothing can catch or clean up after.</summary>
internal sealed class Doom
{
    private volatile Tuple<KillPoint, string?>? _next;

    /// <summary>From here on that point is the end.</summary>
    /// <param name="point">Where.</param>
    /// <param name="reservationId">In which settlement; null for the first that comes there.</param>
    public void Await(KillPoint point, string? reservationId) => _next = Tuple.Create(point, reservationId);

    /// <summary>Whether it happens here.</summary>
    /// <param name="point">Where this is.</param>
    /// <param name="isOf">Whether this is about a reservation.</param>
    public bool IsAt(KillPoint point, Func<string, bool> isOf) =>
        _next is { } next && next.Item1 == point && (next.Item2 is not { } id || isOf(id));

    /// <summary>Ends the process here if it is to happen here.</summary>
    public void MeetAt(KillPoint point, Func<string, bool> isOf)
    {
        if (IsAt(point, isOf))
        {
            Die();
        }
    }

    public static void Die()
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite); // A signal to oneself may take a moment, in which nothing more must happen.
    }
}
