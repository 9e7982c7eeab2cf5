using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>Where a reservation stands (protocol schema <c>ReservationStatus</c>).</summary>
[JsonConverter(typeof(TolerantWireEnumConverter<ReservationStatus>))]
public enum ReservationStatus
{
    /// <summary>A state that this version does not know.</summary>
    Unknown = 0,

    /// <summary>It holds budget.</summary>
    Active = 1,

    /// <summary>The actual amount was charged.</summary>
    Committed = 2,

    /// <summary>The hold was given back.</summary>
    Released = 3,

    /// <summary>Its time ran out and the hold was given back.</summary>
    Expired = 4,
}
