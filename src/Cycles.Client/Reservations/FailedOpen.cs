using System.Security.Cryptography;
using System.Text;

namespace Cycles;

/// <summary>
/// What a reserve that failed open is called. One key of a create is one spend, as it is one hold where somebody answers:
/// so both names come from it, and neither the journal nor the ledger takes it twice.
/// </summary>
internal static class FailedOpen
{
    private const int LongestKey = 256;

    /// <summary>What the journal files its amount under, in every SDK.</summary>
    public static string RecordId(string createKey) => $"failopen-{createKey}";

    /// <summary>The key of its commit, and so of its event.</summary>
    public static string CommitKey(string createKey)
    {
        var key = RecordId(createKey);
        return key.Length <= LongestKey
            ? key
            : RecordId(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(createKey))));
    }
}
