namespace Cycles;

/// <summary>
/// The header Retry-After as the protocol has it: seconds in ASCII digits and nothing else. A date counts as absent,
/// because it would need the wall clock.
/// </summary>
internal static class RetryAfter
{
    /// <summary>More than anybody waits, and far from what a TimeSpan can hold.</summary>
    private const long Most = 10L * 365 * 24 * 60 * 60;

    public static TimeSpan? Parse(string? text)
    {
        var digits = text.AsSpan().Trim();
        if (digits.IsEmpty)
        {
            return null;
        }

        var seconds = 0L;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return null;
            }

            seconds = Math.Min(Most, seconds * 10 + (digit - '0'));
        }

        return TimeSpan.FromSeconds(seconds);
    }
}
