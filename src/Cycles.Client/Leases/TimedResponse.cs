namespace Cycles;

/// <summary>How long an attempt took, as lease arithmetic needs it.</summary>
internal static class TimedResponse
{
    /// <summary>
    /// The response with the longer of two measurements: the seam's lacks the way from there to here, and one that the
    /// seam did not make is no zero (protocol, HEARTBEAT GUIDANCE).
    /// </summary>
    public static CyclesResponse<T> Taking<T>(this in CyclesResponse<T> response, TimeSpan elapsed)
        where T : class =>
        response.Value is { } value && elapsed > response.Elapsed
            ? new CyclesResponse<T>(response.Status, value, response.Metadata, elapsed)
            : response;
}
