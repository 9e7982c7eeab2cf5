namespace Cycles.Authority;

/// <summary>Actions that say the same, letter by letter.</summary>
internal sealed class ActionComparer : IEqualityComparer<CyclesAction>
{
    public static ActionComparer Instance { get; } = new();

    public bool Equals(CyclesAction? x, CyclesAction? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && CanonicalPayload.Equal(x, y));

    public int GetHashCode(CyclesAction obj) => HashCode.Combine(obj.Kind, obj.Name);
}
