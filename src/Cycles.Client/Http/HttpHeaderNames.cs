namespace Cycles;

/// <summary>The headers that the protocol knows.</summary>
internal static class HttpHeaderNames
{
    public const string ApiKey = "X-Cycles-API-Key";
    public const string IdempotencyKey = "X-Idempotency-Key";
    public const string RequestId = "X-Request-Id";
    public const string TraceId = "X-Cycles-Trace-Id";
    public const string TraceParent = "traceparent";
    public const string Tenant = "X-Cycles-Tenant";
    public const string RateLimitRemaining = "X-RateLimit-Remaining";
    public const string RateLimitReset = "X-RateLimit-Reset";
    public const string RetryAfter = "Retry-After";
}
