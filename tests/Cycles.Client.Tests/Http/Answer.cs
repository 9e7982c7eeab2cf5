namespace Cycles.Client.Tests;

/// <summary>What all answers have in common.</summary>
public sealed record Answer(
    int Status,
    object? Value,
    CyclesError? Error,
    CyclesResponseMetadata Metadata,
    TimeSpan Elapsed
)
{
    public static Answer Of<T>(CyclesResponse<T> response)
        where T : class => new(response.Status, response.Value, response.Error, response.Metadata, response.Elapsed);
}
