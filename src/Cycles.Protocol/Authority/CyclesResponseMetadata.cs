namespace Cycles;

/// <summary>What comes with an answer besides its body. Every field may be absent.</summary>
public sealed record CyclesResponseMetadata
{
    /// <summary>Nothing came with it.</summary>
    public static CyclesResponseMetadata None { get; } = new();

    /// <summary>The request's id in the server's log (<c>X-Request-Id</c>).</summary>
    public string? RequestId { get; init; }

    /// <summary>The trace that it belongs to (<c>X-Cycles-Trace-Id</c>).</summary>
    public string? TraceId { get; init; }

    /// <summary>The tenant that the authority acted for (<c>X-Cycles-Tenant</c>).</summary>
    public string? Tenant { get; init; }

    /// <summary>Requests left in this window (<c>X-RateLimit-Remaining</c>).</summary>
    public long? RateLimitRemaining { get; init; }

    /// <summary>When the window ends (<c>X-RateLimit-Reset</c>).</summary>
    public DateTimeOffset? RateLimitReset { get; init; }

    /// <summary>How long to wait before asking again (<c>Retry-After</c>).</summary>
    public TimeSpan? RetryAfter { get; init; }
}
