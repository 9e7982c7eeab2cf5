namespace Cycles.Authority;

/// <summary>
/// Paths of the protocol are compared letter by letter, where routing also takes other cases of letters and a slash
/// at the end.
/// </summary>
internal sealed class ExactPath(string pattern)
{
    private readonly string[] _segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Compares from the end, because a group may put anything in front.</summary>
    public bool Matches(ReadOnlySpan<char> path)
    {
        for (var i = _segments.Length - 1; i >= 0; i--)
        {
            var slash = path.LastIndexOf('/');
            var segment = path[(slash + 1)..];
            if (slash < 0 || (_segments[i][0] == '{' ? segment.IsEmpty : !segment.SequenceEqual(_segments[i])))
            {
                return false;
            }

            path = path[..slash];
        }

        return true;
    }
}
