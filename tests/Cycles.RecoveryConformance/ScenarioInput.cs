using System.Text.Json;

namespace Cycles.RecoveryConformance;

/// <summary>What the runner says on standard input.</summary>
internal static class ScenarioInput
{
    /// <returns>What is wrong with it; null when it is the scenario that was asked for.</returns>
    public static string? Problem(string text, string scenario)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("id", out var id)
                && id.ValueKind == JsonValueKind.String
                && id.GetString() == scenario
                ? null
                : $"Standard input has to be one JSON object whose id is {scenario}.";
        }
        catch (JsonException e)
        {
            return $"Standard input has to be one JSON object: {e.Message}";
        }
    }
}
