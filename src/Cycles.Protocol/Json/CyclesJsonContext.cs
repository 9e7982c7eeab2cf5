using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles;

/// <summary>
/// The protocol's JSON, source generated and safe for trimming and native AOT: snake_case names, nulls left out,
/// required members required and none given twice, enumerations by exact name, unknown members tolerated.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(DecisionResponse))]
[JsonSerializable(typeof(ReservationCreateRequest))]
[JsonSerializable(typeof(ReservationCreateResponse))]
[JsonSerializable(typeof(CommitRequest))]
[JsonSerializable(typeof(CommitResponse))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(ReleaseResponse))]
[JsonSerializable(typeof(ReservationExtendRequest))]
[JsonSerializable(typeof(ReservationExtendResponse))]
[JsonSerializable(typeof(EventCreateRequest))]
[JsonSerializable(typeof(EventCreateResponse))]
[JsonSerializable(typeof(ReservationDetail))]
[JsonSerializable(typeof(ReservationListResponse))]
[JsonSerializable(typeof(BalanceResponse))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(CyclesEvidenceEnvelope))]
[JsonSerializable(typeof(CyclesEvidenceJwks))]
public sealed partial class CyclesJsonContext : JsonSerializerContext;
