using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Cycles.Analyzers;

/// <summary>The types that the rules are about, looked up once for a compilation.</summary>
internal sealed class CyclesSymbols
{
    private readonly INamedTypeSymbol _guard;
    private readonly INamedTypeSymbol _attempt;
    private readonly ImmutableArray<ISymbol> _reserves;
    private readonly ISymbol? _guardOfAttempt;

    private CyclesSymbols(INamedTypeSymbol client, INamedTypeSymbol guard, INamedTypeSymbol attempt)
    {
        _guard = guard;
        _attempt = attempt;
        _reserves = client.GetMembers("ReserveAsync").AddRange(client.GetMembers("TryReserveAsync"));
        _guardOfAttempt = attempt.GetMembers("Guard").FirstOrDefault();
    }

    /// <summary>
    /// Null where the compilation does not reference Cycles.Client. Somebody else's types of the same names live in
    /// another assembly, which is not looked at; nor is the source, because its symbols are not made yet at this point.
    /// </summary>
    public static CyclesSymbols? Find(Compilation compilation) =>
        compilation.SourceModule.ReferencedAssemblySymbols.FirstOrDefault(one => one.Name == "Cycles.Client")
            is { } assembly
        && assembly.GetTypeByMetadataName("Cycles.CyclesClient") is { } client
        && assembly.GetTypeByMetadataName("Cycles.ReservationGuard") is { } guard
        && assembly.GetTypeByMetadataName("Cycles.ReserveAttempt") is { } attempt
            ? new CyclesSymbols(client, guard, attempt)
            : null;

    /// <summary><c>ReserveAsync</c> or <c>TryReserveAsync</c>.</summary>
    public bool IsReserve(IMethodSymbol method) => _reserves.Contains(method, SymbolEqualityComparer.Default);

    /// <summary>A method of the guard itself, whatever it is called.</summary>
    public bool IsOfGuard(ISymbol member) => Same(member.ContainingType, _guard);

    /// <summary><c>ReserveAttempt.Guard</c>, which is the same hold as the attempt.</summary>
    public bool IsGuardOfAttempt(ISymbol property) => Same(property, _guardOfAttempt);

    /// <summary>A type whose values hold a reservation: the guard or the attempt.</summary>
    public bool IsHolder(ITypeSymbol? type) => Same(type, _guard) || Same(type, _attempt);

    /// <summary>A type that a guard or an attempt converts to without ceasing to be one.</summary>
    public bool MayHold(ITypeSymbol? type) =>
        IsHolder(type)
        || type is null
        || type.TypeKind is TypeKind.Interface or TypeKind.Dynamic or TypeKind.TypeParameter
        || type.SpecialType == SpecialType.System_Object;

    private static bool Same(ISymbol? one, ISymbol? other) => SymbolEqualityComparer.Default.Equals(one, other);
}
