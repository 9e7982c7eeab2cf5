using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>An authority's answer (protocol schema <c>DecisionEnum</c>).</summary>
[JsonConverter(typeof(WireEnumConverter<Decision>))]
public enum Decision
{
    /// <summary>No answer. Never a permission.</summary>
    None = 0,

    /// <summary>The action may run.</summary>
    Allow = 1,

    /// <summary>The action may run within the <see cref="Caps"/> that come with the answer.</summary>
    AllowWithCaps = 2,

    /// <summary>The action must not run.</summary>
    Deny = 3,
}
