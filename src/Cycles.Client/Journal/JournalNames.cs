using System.Security.Cryptography;
using System.Text;

namespace Cycles;

/// <summary>What the files are called, in every SDK.</summary>
internal static class JournalNames
{
    public const string Suffix = ".json";
    public const string Temporary = ".tmp";
    public const string Corrupt = ".corrupt";
    public const string DeadLetters = "dead-letter";

    /// <summary>An id may hold anything, so the name is its hash: two ids never share a file.</summary>
    public static string Of(string reservationId) =>
        $"v2-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(reservationId))).ToLowerInvariant()}{Suffix}";

    /// <summary>The name of older versions, which two ids may share.</summary>
    public static string Legacy(string reservationId) =>
        string.Create(
            reservationId.Length + Suffix.Length,
            reservationId,
            static (name, id) =>
            {
                for (var i = 0; i < id.Length; i++)
                {
                    name[i] = char.IsAsciiLetterOrDigit(id[i]) || id[i] is '_' or '-' ? id[i] : '_';
                }

                Suffix.CopyTo(name[id.Length..]);
            }
        );
}
