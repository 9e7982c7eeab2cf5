using System.Text.Json.Serialization;

namespace Cycles.Authority;

/// <summary>The operator's messages, in the protocol's style.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(TenantCreateRequest))]
[JsonSerializable(typeof(TenantAnswer))]
[JsonSerializable(typeof(ApiKeyAnswer))]
[JsonSerializable(typeof(BudgetCreateRequest))]
[JsonSerializable(typeof(FundRequest))]
[JsonSerializable(typeof(BudgetStatusRequest))]
[JsonSerializable(typeof(OverdraftLimitRequest))]
[JsonSerializable(typeof(CapsRequest))]
[JsonSerializable(typeof(EmptyRequest))]
[JsonSerializable(typeof(Balance))]
internal sealed partial class AdminJsonContext : JsonSerializerContext;
