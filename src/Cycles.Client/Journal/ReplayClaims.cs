namespace Cycles;

/// <summary>
/// Who replays which journal in this process: the first client, for as long as it lives. What a client leaves behind is
/// the next one's to find, without a restart.
/// </summary>
internal static class ReplayClaims
{
    private static readonly Dictionary<object, Settler> Owners = [];

    /// <summary>A client that has ended claims nothing any more, or it would stand in the next one's way.</summary>
    public static bool TryClaim(object place, Settler owner)
    {
        lock (Owners)
        {
            return !owner.IsStopped && Owners.TryAdd(place, owner);
        }
    }

    /// <summary>To be called once the owner has stopped.</summary>
    public static void Release(Settler owner)
    {
        lock (Owners)
        {
            foreach (var (place, _) in Owners.Where(claim => ReferenceEquals(claim.Value, owner)).ToArray())
            {
                Owners.Remove(place);
            }
        }
    }
}
