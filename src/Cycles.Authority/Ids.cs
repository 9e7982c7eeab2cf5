using System.Globalization;
using System.Security.Cryptography;

namespace Cycles.Authority;

/// <summary>
/// Ids from counters behind a random part that no other authority has, such as <c>rsv_RANDOM_TENANT_NUMBER</c>. A
/// reservation is found by its id without a table of ids, and ids sort in the order they were given.
/// </summary>
internal sealed class Ids
{
    private readonly string _reservations;
    private readonly string _events;

    public Ids()
    {
        var random = Convert.ToHexString(RandomNumberGenerator.GetBytes(6)).ToLowerInvariant();
        _reservations = $"rsv_{random}_";
        _events = $"evt_{random}_";
    }

    public string Reservation(int tenant, long number) => Format(_reservations, tenant, number);

    public string Event(int tenant, long number) => Format(_events, tenant, number);

    /// <summary>Whether the text is a reservation's id that this authority could have made, spelled exactly so.</summary>
    public bool TryParse(string id, out int tenant, out long number)
    {
        tenant = 0;
        number = 0;
        if (!id.StartsWith(_reservations, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = id.AsSpan(_reservations.Length);
        var separator = rest.IndexOf('_');
        if (
            separator <= 0
            || !int.TryParse(
                rest[..separator],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out tenant
            )
            || !long.TryParse(
                rest[(separator + 1)..],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out number
            )
            || number < 0
        )
        {
            return false;
        }

        Span<char> spelled = stackalloc char[MostCharacters];
        return id.AsSpan().SequenceEqual(spelled[..Write(spelled, _reservations, tenant, number)]);
    }

    /// <summary>The prefix, 8 and 16 hex digits at most, and what joins them.</summary>
    private const int MostCharacters = 48;

    private static string Format(string prefix, int tenant, long number)
    {
        Span<char> id = stackalloc char[MostCharacters];
        return new string(id[..Write(id, prefix, tenant, number)]);
    }

    private static int Write(Span<char> id, string prefix, int tenant, long number)
    {
        prefix.CopyTo(id);
        var length = prefix.Length;
        tenant.TryFormat(id[length..], out var written, "x", CultureInfo.InvariantCulture);
        length += written;
        id[length++] = '_';
        number.TryFormat(id[length..], out written, "x12", CultureInfo.InvariantCulture);
        return length + written;
    }
}
