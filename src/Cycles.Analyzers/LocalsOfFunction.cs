using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>The locals of one function that can hold a reservation: what is put into them, and where they are used.</summary>
internal sealed class LocalsOfFunction
{
    private readonly List<(ILocalSymbol Local, IOperation Value)> _sources = [];
    private readonly List<ILocalReferenceOperation> _references = [];

    private LocalsOfFunction() { }

    /// <summary>One walk over the function, nested ones included.</summary>
    public static LocalsOfFunction In(IOperation function, CyclesSymbols symbols)
    {
        var found = new LocalsOfFunction();
        foreach (var operation in function.Descendants())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when symbols.IsHolder(declarator.Symbol.Type):
                    if (declarator.GetVariableInitializer() is { } initializer)
                    {
                        found._sources.Add((declarator.Symbol, initializer.Value));
                    }

                    break;
                case ILocalReferenceOperation reference when symbols.IsHolder(reference.Type):
                    found._references.Add(reference);
                    if (reference.Parent is IAssignmentOperation assignment && assignment.Target == reference)
                    {
                        found._sources.Add((reference.Local, assignment.Value));
                    }

                    break;
            }
        }

        return found;
    }

    public IEnumerable<IOperation> SourcesOf(ILocalSymbol local) =>
        _sources.Where(source => Same(source.Local, local)).Select(source => source.Value);

    public IEnumerable<ILocalReferenceOperation> ReferencesTo(ILocalSymbol local) =>
        _references.Where(reference => Same(reference.Local, local));

    private static bool Same(ILocalSymbol one, ILocalSymbol other) => SymbolEqualityComparer.Default.Equals(one, other);
}
