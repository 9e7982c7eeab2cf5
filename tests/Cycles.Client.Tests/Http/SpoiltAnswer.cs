namespace Cycles.Client.Tests;

/// <summary>An answer that no ledger gives.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Status">Its status; null for the one that stands for success.</param>
/// <param name="Body">Its body, as it spoils each operation.</param>
public sealed record SpoiltAnswer(string Name, int? Status, Func<Operation, byte[]> Body)
{
    public string? ContentType { get; init; } = "text/html";

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The seconds of a Retry-After that the client has to understand; null where it counts as absent.</summary>
    public long? Wait { get; init; }

    public int StatusOf(Operation operation) => Status ?? (operation == Operation.Event ? 201 : 200);
}
