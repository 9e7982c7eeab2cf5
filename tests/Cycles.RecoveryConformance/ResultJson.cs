using System.Text.Json.Serialization;

namespace Cycles.RecoveryConformance;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ScenarioResult))]
internal sealed partial class ResultJson : JsonSerializerContext;
