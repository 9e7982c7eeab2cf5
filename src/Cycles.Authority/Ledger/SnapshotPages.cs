namespace Cycles.Authority;

/// <summary>
/// Hands out runs of numbers from large arrays: a small array for each snapshot would outlive the young generation and
/// be copied twice. A page is never reused, so the collector frees it with the last record that points into it.
/// </summary>
internal sealed class SnapshotPages
{
    private const int SmallestPage = 64;

    /// <summary>16 KB: an answer that somebody holds on to holds on to its page.</summary>
    private const int LargestPage = 2_048;

    private long[] _page = [];
    private int _used;

    public (long[] Page, int Offset) Rent(int count)
    {
        if (_used + count > _page.Length)
        {
            _page = new long[Math.Clamp(_page.Length * 2, SmallestPage, LargestPage)];
            _used = 0;
        }

        var offset = _used;
        _used += count;
        return (_page, offset);
    }
}
