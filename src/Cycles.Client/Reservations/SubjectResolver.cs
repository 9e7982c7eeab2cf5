namespace Cycles;

/// <summary>
/// Who acts: the call's subject, each open level filled from the client's, the tenant from the seam when nothing else
/// says.
/// </summary>
internal sealed class SubjectResolver(Subject? defaults, string? tenant)
{
    private static readonly Subject Nobody = new();

    private Merged? _last;

    /// <summary>The subject of a call that names none; without any level when nothing says.</summary>
    public Subject Default { get; } =
        tenant is null || defaults?.Tenant is not null
            ? Copies.Of(defaults ?? Nobody)
            : Copies.Of(defaults ?? Nobody) with
            {
                Tenant = tenant,
            };

    public Subject Resolve(Subject? given)
    {
        if (given is null)
        {
            return Default;
        }

        if (given.Dimensions is not null)
        {
            return Copies.Of(given).FilledFrom(Default);
        }

        // An agent asks with the same instance again and again; without dimensions it cannot change.
        var last = Volatile.Read(ref _last);
        if (last is not null && ReferenceEquals(last.Given, given))
        {
            return last.Result;
        }

        var result = given.FilledFrom(Default);
        Volatile.Write(ref _last, new Merged(given, result));
        return result;
    }

    private sealed record Merged(Subject Given, Subject Result);
}
