using Cycles.Extensions.AI;

namespace Cycles;

/// <summary>Begins runs.</summary>
public static class CyclesRunExtensions
{
    /// <summary>
    /// Begins a run: until it is disposed, every guarded model call and tool call that the calling code makes, however
    /// deep below, belongs to it. Asks nobody.
    /// </summary>
    /// <remarks>
    /// The run follows the flow of the calling method, as an <see cref="AsyncLocal{T}"/> does: call it in the method that
    /// does the work, not in an asynchronous helper that returns it.
    /// </remarks>
    /// <param name="cycles">Who asks for the run itself: its hold, its reserve, its events. Stays the caller's.</param>
    /// <param name="name">What kind of run it is, such as <c>support-case</c>; 1 to 256 characters.</param>
    /// <param name="configure">Sets its limits; default none.</param>
    /// <returns>The run. Dispose it, best with <c>await using</c>.</returns>
    /// <exception cref="ArgumentException">The name or an option is out of range; the message names it and its bounds.</exception>
    public static CyclesRun BeginRun(this CyclesClient cycles, string name, Action<RunOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(cycles);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, 256, nameof(name));
        var options = new RunOptions();
        configure?.Invoke(options);
        options.Check();
        return new CyclesRun(cycles, name, options);
    }
}
