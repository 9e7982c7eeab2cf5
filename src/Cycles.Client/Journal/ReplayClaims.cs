using System.Collections.Concurrent;

namespace Cycles;

/// <summary>
/// Who replays which journal in this process: the first client, for as long as it lives. What a client leaves behind is
/// the next one's to find, without a restart.
/// </summary>
internal static class ReplayClaims
{
    private static readonly ConcurrentDictionary<object, object> Owners = new();

    public static bool TryClaim(object place, object owner) => Owners.TryAdd(place, owner);

    public static void Release(object owner)
    {
        foreach (var claim in Owners)
        {
            if (ReferenceEquals(claim.Value, owner))
            {
                Owners.TryRemove(claim);
            }
        }
    }
}
