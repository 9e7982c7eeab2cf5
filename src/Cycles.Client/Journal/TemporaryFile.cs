using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cycles;

/// <summary>
/// A record on its way to its name. Its own name says what it is going to hold, so that one whose writer died before the
/// rename is known to be whole.
/// </summary>
internal static class TemporaryFile
{
    private const int HashBytes = 16;

    /// <summary>A name of its own: several processes may write the same record, and none may publish half of another's file.</summary>
    public static string Of(string path, ReadOnlySpan<byte> content) =>
        $"{path}.{Guid.NewGuid():N}.{Hash(content)}{JournalNames.Temporary}";

    /// <summary>A name for a file that holds nothing any more.</summary>
    public static string Free(string folder) =>
        Path.Combine(folder, $"free.{Guid.NewGuid():N}{JournalNames.Temporary}");

    /// <summary>
    /// Does the last steps of a writer: brings a whole record down to the disk and gives it its name, in place of another
    /// step of the same spend: either settles it under one key. A writer that lives finds it done.
    /// </summary>
    /// <returns>False when it is no whole record, or none of this SDK.</returns>
    public static bool TryAdopt(string temporary)
    {
        if (!TryParse(temporary, out var path, out var hash))
        {
            return false;
        }

        try
        {
            var content = File.ReadAllBytes(temporary);
            if (Hash(content) != hash)
            {
                return false;
            }

            if (
                File.Exists(path)
                && !JournalRecord.Parse(File.ReadAllBytes(path)).IsSameSpend(JournalRecord.Parse(content))
            )
            {
                // It is found again once that one is settled.
                return true;
            }

            // It may be whole in memory alone, and what it takes the place of is on disk.
            JournalFile.Flush(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // Its writer, or another process, was faster; or one of them can't be read.
        }

        return true;
    }

    private static string Hash(ReadOnlySpan<byte> content) =>
        Convert.ToHexString(SHA256.HashData(content).AsSpan(0, HashBytes));

    private static bool TryParse(
        string temporary,
        [NotNullWhen(true)] out string? path,
        [NotNullWhen(true)] out string? hash
    )
    {
        (path, hash) = (null, null);
        var name = Path.GetFileNameWithoutExtension(temporary.AsSpan());
        var end = name.LastIndexOf(JournalNames.Suffix + ".", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var unique = name[(end + JournalNames.Suffix.Length + 1)..];
        if (unique.Length != 32 + 1 + (2 * HashBytes) || unique[32] != '.')
        {
            return false;
        }

        path = Path.Join(Path.GetDirectoryName(temporary.AsSpan()), name[..(end + JournalNames.Suffix.Length)]);
        hash = unique[33..].ToString();
        return true;
    }
}
