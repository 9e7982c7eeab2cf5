namespace Cycles;

/// <summary>Heavy fields that a list leaves out unless asked (protocol parameter <c>include</c>).</summary>
[Flags]
public enum ReservationIncludes
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary><see cref="ReservationSummary.Metadata"/>.</summary>
    Metadata = 1,

    /// <summary><see cref="ReservationSummary.CommittedMetadata"/>.</summary>
    CommittedMetadata = 2,

    /// <summary><see cref="ReservationSummary.Evidence"/>.</summary>
    Evidence = 4,
}
