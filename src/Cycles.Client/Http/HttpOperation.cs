using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles;

/// <summary>What one operation of the protocol promises: the status of its success, and what its body holds.</summary>
/// <param name="Name">The operation's id in the protocol.</param>
/// <param name="Success">The only status that is a success.</param>
/// <param name="Body">How its body is read.</param>
/// <param name="Validate">
/// What a body that could be read has to keep besides, given the unit that was asked in; <c>default</c> where the request
/// names none.
/// </param>
/// <param name="Attach">Adds the balances that it came with; null where they are not what informs beside the answer.</param>
internal sealed record HttpOperation<T>(
    string Name,
    int Success,
    JsonTypeInfo<T> Body,
    Func<T, AmountUnit, ValidationFinding?> Validate,
    Func<T, SnapshotBalances, T>? Attach = null
)
    where T : class
{
    /// <summary>Whether it looks for a budget in the unit that was asked in.</summary>
    public bool NeedsBudget { get; init; }

    /// <param name="body">The whole body; not needed any more afterwards.</param>
    /// <returns>Null where it is the JSON null.</returns>
    /// <exception cref="JsonException">It is not what <see cref="Body"/> reads.</exception>
    public T? Read(Span<byte> body)
    {
        var balances = Attach is null ? null : SnapshotBalances.TakeFrom(ref body);
        var answer = JsonSerializer.Deserialize(body, Body);
        return answer is null || balances is null ? answer : Attach!(answer, balances);
    }
}
