using System.Text.Json;

namespace Cycles.Authority;

/// <summary>Collects an error's facts as fields.</summary>
internal sealed class Details : Dictionary<string, JsonElement>
{
    public Details With(string name, string value) =>
        Set(name, JsonSerializer.SerializeToElement(value, DetailsJsonContext.Default.String));

    public Details With(string name, long value) =>
        Set(name, JsonSerializer.SerializeToElement(value, DetailsJsonContext.Default.Int64));

    public Details With(string name, AmountUnit value) =>
        Set(name, JsonSerializer.SerializeToElement(value, DetailsJsonContext.Default.AmountUnit));

    public Details With(string name, AmountUnit[] value) =>
        Set(name, JsonSerializer.SerializeToElement(value, DetailsJsonContext.Default.AmountUnitArray));

    /// <summary>A unit as the wire spells it.</summary>
    public static string NameOf(AmountUnit unit) =>
        JsonSerializer.SerializeToElement(unit, DetailsJsonContext.Default.AmountUnit).GetString()!;

    private Details Set(string name, JsonElement value)
    {
        this[name] = value;
        return this;
    }
}
