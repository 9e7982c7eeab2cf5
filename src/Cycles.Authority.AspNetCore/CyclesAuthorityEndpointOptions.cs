namespace Cycles.Authority;

/// <summary>Who may use an authority over HTTP, and how large requests may be.</summary>
public sealed class CyclesAuthorityEndpointOptions
{
    /// <summary>
    /// The API keys and their tenants. Keep the instance to create and revoke keys while the application runs.
    /// </summary>
    public CyclesApiKeys ApiKeys { get; set; } = new();

    /// <summary>
    /// The operator's key (<c>X-Admin-API-Key</c>), 1 to 256 visible ASCII characters. Without one, the default, there
    /// is no operator's side.
    /// </summary>
    public string? AdminKey { get; set; }

    /// <summary>The largest body of a request in bytes; 1,024 or more, default 262,144. Beyond it, 413.</summary>
    public int MaxRequestBodyBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// The most that a request's headers may be together, in characters; 1,024 or more, default 16,384. Beyond it, 431.
    /// A server has a limit of its own besides, whose refusal has no body.
    /// </summary>
    public int MaxRequestHeadersLength { get; set; } = 16 * 1024;

    /// <summary>
    /// Whether paths that nothing else matches are answered with the protocol's 404; default true. Paths under
    /// <c>/v1</c> and <c>/admin</c> always are.
    /// </summary>
    public bool AnswersUnknownPaths { get; set; } = true;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(ApiKeys);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestBodyBytes, 1_024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRequestHeadersLength, 1_024);
        if (AdminKey is not null)
        {
            KeyDigest.RequireKey(AdminKey, nameof(AdminKey));
        }
    }
}
