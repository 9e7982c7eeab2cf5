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
internal sealed record HttpOperation<T>(
    string Name,
    int Success,
    JsonTypeInfo<T> Body,
    Func<T, AmountUnit, ValidationFinding?> Validate
)
    where T : class;
