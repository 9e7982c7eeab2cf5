using System.Globalization;
using System.Security.Cryptography;

namespace Cycles.Authority;

/// <summary>A fresh id for each request: a counter behind a random part that no other process has.</summary>
internal static class RequestIds
{
    private static readonly string Prefix =
        $"req_{Convert.ToHexString(RandomNumberGenerator.GetBytes(6)).ToLowerInvariant()}_";

    private static long _count;

    public static string Next() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Interlocked.Increment(ref _count):x}");
}
