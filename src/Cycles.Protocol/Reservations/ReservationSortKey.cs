namespace Cycles;

/// <summary>What a list of reservations is sorted by (protocol parameter <c>sort_by</c>).</summary>
public enum ReservationSortKey
{
    /// <summary>When it was made: the default.</summary>
    CreatedAt = 0,

    /// <summary>Its id.</summary>
    ReservationId = 1,

    /// <summary>The subject's tenant.</summary>
    Tenant = 2,

    /// <summary>The leaf scope's path, character by character.</summary>
    ScopePath = 3,

    /// <summary>Its state, by name.</summary>
    Status = 4,

    /// <summary>How much it holds or held.</summary>
    Reserved = 5,

    /// <summary>When it ends.</summary>
    ExpiresAt = 6,
}
