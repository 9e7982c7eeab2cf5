namespace Cycles.Extensions.AI;

/// <summary>Matches names against patterns where <c>*</c> stands for any run of characters, none included.</summary>
internal static class Glob
{
    /// <summary>Whether a pattern has to be matched rather than compared.</summary>
    public static bool IsPattern(string pattern) => pattern.Contains('*', StringComparison.Ordinal);

    /// <summary>Ordinal and case-sensitive; at worst the product of the two lengths.</summary>
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var (p, n, star, resume) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, resume) = (p++, n);
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                // The last star takes one character more.
                (p, n) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
