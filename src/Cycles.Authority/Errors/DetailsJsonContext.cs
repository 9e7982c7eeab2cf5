using System.Text.Json.Serialization;

namespace Cycles.Authority;

/// <summary>The kinds of values that stand in an error's details.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(AmountUnit))]
[JsonSerializable(typeof(AmountUnit[]))]
internal sealed partial class DetailsJsonContext : JsonSerializerContext;
