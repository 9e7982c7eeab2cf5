namespace Cycles.Authority.Tests;

/// <summary>A reservation as the model knows it.</summary>
internal sealed class Hold(string id, int levels, long estimate, long dueAtMs)
{
    public string Id { get; } = id;

    /// <summary>It lies on this many scopes, the outermost first.</summary>
    public int Levels { get; } = levels;

    public long Estimate { get; } = estimate;

    /// <summary>The last millisecond at which it can be settled.</summary>
    public long DueAtMs { get; set; } = dueAtMs;

    public bool IsActive { get; set; } = true;
}
