using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Cycles.Analyzers;

/// <summary>
/// Everything that a method does with one reservation, through all locals that hold it. What isn't known to keep it in
/// the method counts as an escape.
/// </summary>
internal sealed class HoldUses
{
    private readonly IOperation _origin;
    private readonly CyclesSymbols _symbols;
    private readonly IOperation? _function;
    private readonly ISymbol _functionSymbol;
    private readonly List<ILocalSymbol> _locals = [];
    private LocalsOfFunction? _known;

    private HoldUses(IOperation origin, ISymbol member, CyclesSymbols symbols)
    {
        _origin = origin;
        _symbols = symbols;
        _function = origin.Function();
        _functionSymbol = _function switch
        {
            IAnonymousFunctionOperation lambda => lambda.Symbol,
            ILocalFunctionOperation local => local.Symbol,
            _ => member,
        };
    }

    /// <summary>It may leave the method, or is mixed up with another: nothing else is sure then.</summary>
    public bool Escapes { get; private set; }

    public bool IsCommitted { get; private set; }

    public bool IsReleased { get; private set; }

    /// <summary>On some path at least.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>On every path.</summary>
    public bool IsDisposedSurely { get; private set; }

    /// <summary>The local that it was put into first; null where it never had a name.</summary>
    public ILocalSymbol? FirstLocal => _locals.FirstOrDefault();

    /// <param name="origin">The widest expression that is the new reservation.</param>
    /// <param name="member">The member that it stands in.</param>
    /// <param name="symbols">The types in question.</param>
    public static HoldUses Of(IOperation origin, ISymbol member, CyclesSymbols symbols)
    {
        var uses = new HoldUses(origin, member, symbols);
        uses.FollowValue(origin);
        for (var i = 0; i < uses._locals.Count && !uses.Escapes; i++)
        {
            uses.FollowLocal(uses._locals[i], isFirst: i == 0);
        }

        return uses;
    }

    private void FollowLocal(ILocalSymbol local, bool isFirst)
    {
        _known ??= LocalsOfFunction.In(_function ?? _origin.Root(), _symbols);
        foreach (var source in _known.SourcesOf(local))
        {
            // Another reservation in the same local is looked at by itself; the first one speaks for both.
            var isOther = source.Syntax.Span.End <= _origin.Syntax.SpanStart && !IsNull(source);
            if (isFirst && (isOther || !ReserveResult.IsNew(source, _symbols)))
            {
                Escapes = true;
            }
        }

        foreach (var reference in _known.ReferencesTo(local))
        {
            if (reference.Function() != _function)
            {
                Escapes = true;
            }
            else if (!IsAssigned(reference))
            {
                FollowValue(reference);
            }
        }
    }

    private void FollowValue(IOperation value)
    {
        switch (value.Parent)
        {
            case IExpressionStatementOperation or INameOfOperation or IBinaryOperation or IIsTypeOperation:
                break;
            case IPropertyReferenceOperation reference:
                FollowProperty(reference);
                break;
            case IInvocationOperation call when call.Instance == value:
                FollowCall(call);
                break;
            case IArgumentOperation { Parent: IInvocationOperation call } when DisposePath.IsConfigured(call):
                FollowConfigured(call);
                break;
            case IConditionalAccessOperation access when access.Operation == value && Accessed(access) is { } accessed:
                FollowValue(accessed);
                break;
            case IConversionOperation conversion when _symbols.MayHold(conversion.Type):
                FollowValue(conversion);
                break;
            case ICoalesceOperation
            {
                WhenNull: IThrowOperation or IConversionOperation { Operand: IThrowOperation }
            } choice:
                FollowValue(choice);
                break;
            case IIsPatternOperation match when match.Value == value:
                FollowPattern(match.Pattern);
                break;
            case ISwitchExpressionOperation choice when choice.Value == value:
                Each(choice.Arms, arm => FollowPattern(arm.Pattern));
                break;
            case ISwitchOperation choice when choice.Value == value:
                Each(
                    choice.Cases.SelectMany(c => c.Clauses).OfType<IPatternCaseClauseOperation>(),
                    c => FollowPattern(c.Pattern)
                );
                break;
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }:
                FollowInto(declarator.Symbol);
                if (declarator.Symbol.IsUsing)
                {
                    Dispose(declarator);
                }

                break;
            case IAssignmentOperation { Target: ILocalReferenceOperation target } assignment
            and (ISimpleAssignmentOperation { IsRef: false } or ICoalesceAssignmentOperation):
                FollowInto(target.Local);
                FollowValue(assignment);
                break;
            case IUsingOperation:
                Dispose(value.Parent);
                break;
            default:
                Escapes = true;
                break;
        }
    }

    private void FollowProperty(IPropertyReferenceOperation reference)
    {
        if (_symbols.IsGuardOfAttempt(reference.Property))
        {
            FollowValue(reference);
        }
    }

    private void FollowCall(IInvocationOperation call)
    {
        switch (call.TargetMethod.Name)
        {
            case "CommitAsync":
                IsCommitted = true;
                break;
            case "ReleaseAsync":
                IsReleased = true;
                break;
            case "Dispose" or "DisposeAsync":
                Dispose(call);
                break;
        }
    }

    /// <summary><c>guard.ConfigureAwait(false)</c> is there to be disposed and nothing else.</summary>
    private void FollowConfigured(IInvocationOperation configured)
    {
        switch (configured.Parent)
        {
            case IUsingOperation:
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.IsUsing: true } }:
                Dispose(configured);
                break;
            default:
                Escapes = true;
                break;
        }
    }

    /// <summary>A pattern may give the reservation, or the guard in an attempt, a name.</summary>
    private void FollowPattern(IPatternOperation pattern)
    {
        foreach (var part in pattern.DescendantsAndSelf())
        {
            var name = part switch
            {
                IDeclarationPatternOperation declaration => declaration.DeclaredSymbol,
                IRecursivePatternOperation recursive => recursive.DeclaredSymbol,
                IListPatternOperation list => list.DeclaredSymbol,
                _ => null,
            };
            if (name is ILocalSymbol local && _symbols.MayHold(local.Type))
            {
                FollowInto(local);
            }
        }
    }

    private void FollowInto(ILocalSymbol local)
    {
        var staysHere = SymbolEqualityComparer.Default.Equals(local.ContainingSymbol, _functionSymbol);
        if (!staysHere || local.RefKind != RefKind.None || !_symbols.IsHolder(local.Type))
        {
            Escapes = true;
        }
        else if (!_locals.Contains(local, SymbolEqualityComparer.Default))
        {
            _locals.Add(local);
        }
    }

    private void Dispose(IOperation use)
    {
        IsDisposed = true;
        IsDisposedSurely |= DisposePath.IsSure(use, _origin, _symbols);
    }

    /// <summary>What stands for the value behind <c>?.</c>; null in code that is still being typed.</summary>
    private static IOperation? Accessed(IConditionalAccessOperation access) =>
        access.WhenNotNull.DescendantsAndSelf().FirstOrDefault(part => part is IConditionalAccessInstanceOperation);

    private static bool IsAssigned(IOperation reference) =>
        reference.Parent is ISimpleAssignmentOperation { IsRef: false } or ICoalesceAssignmentOperation
        && ((IAssignmentOperation)reference.Parent).Target == reference;

    private static bool IsNull(IOperation source) =>
        source is IDefaultValueOperation or { ConstantValue: { HasValue: true, Value: null } }
        || source is IConversionOperation { Operand: var operand } && IsNull(operand);

    private static void Each<T>(IEnumerable<T> items, Action<T> act)
    {
        foreach (var item in items)
        {
            act(item);
        }
    }
}
