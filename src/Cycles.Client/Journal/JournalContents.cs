namespace Cycles;

/// <summary>What a journal held when it was read.</summary>
/// <param name="Records">The records of this client's server.</param>
/// <param name="Problems">A sentence for each that could not be read, and what became of it.</param>
public sealed record JournalContents(IReadOnlyList<JournalRecord> Records, IReadOnlyList<string> Problems);
