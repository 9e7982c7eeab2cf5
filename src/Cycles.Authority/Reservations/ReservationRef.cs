namespace Cycles.Authority;

/// <summary>A reservation's id and the number that it stands for.</summary>
internal readonly record struct ReservationRef(string Id, long Number);
