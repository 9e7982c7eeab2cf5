namespace Cycles;

/// <summary>A timer that outlives the call that happens to need it first, and so must not keep that call's context.</summary>
internal static class DetachedTimer
{
    public static ITimer New(TimeProvider time, TimerCallback callback, object state)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Create();
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Create();
        }

        ITimer Create() => time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
