using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>What changes a local or a parameter.</summary>
internal static class VariableWrites
{
    /// <summary>Something is put into the variable, or may be.</summary>
    public static bool IsWrite(IOperation operation, ISymbol variable) =>
        operation switch
        {
            IAssignmentOperation assignment => Mentions(assignment.Target, variable),
            IArgumentOperation { Parameter.RefKind: not RefKind.None } argument => Mentions(argument.Value, variable),
            _ => false,
        };

    /// <summary>The variable gets a second name, by which anybody may change it.</summary>
    public static bool IsReferenceTo(IOperation operation, ISymbol variable) =>
        operation switch
        {
            IVariableDeclaratorOperation { Symbol.RefKind: not RefKind.None } declarator =>
                declarator.GetVariableInitializer() is { } initializer && Mentions(initializer.Value, variable),
            ISimpleAssignmentOperation { IsRef: true } assignment => Mentions(assignment.Value, variable),
            IAddressOfOperation address => Mentions(address.Reference, variable),
            _ => false,
        };

    private static bool Mentions(IOperation operation, ISymbol variable) =>
        operation
            .DescendantsAndSelf()
            .Any(part =>
                part switch
                {
                    ILocalReferenceOperation reference => Same(reference.Local, variable),
                    IParameterReferenceOperation reference => Same(reference.Parameter, variable),
                    _ => false,
                }
            );

    private static bool Same(ISymbol one, ISymbol other) => SymbolEqualityComparer.Default.Equals(one, other);
}
