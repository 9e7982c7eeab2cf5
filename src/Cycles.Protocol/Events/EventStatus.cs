using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>What became of an event (protocol schema <c>EventCreateResponse.status</c>).</summary>
[JsonConverter(typeof(TolerantWireEnumConverter<EventStatus>))]
public enum EventStatus
{
    /// <summary>A state that this version does not know.</summary>
    Unknown = 0,

    /// <summary>It was charged on every budgeted scope.</summary>
    Applied = 1,
}
