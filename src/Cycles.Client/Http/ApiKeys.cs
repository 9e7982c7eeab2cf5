namespace Cycles;

/// <summary>The API key of one attempt: the configured one, or what the provider gives now.</summary>
internal sealed class ApiKeys(CyclesClientOptions options, string? tenant, bool isOwn)
{
    private readonly string? _key = isOwn && !string.IsNullOrWhiteSpace(options.ApiKey) ? options.ApiKey : null;

    /// <summary>Whether a key can stand in a header as it is.</summary>
    public static bool IsUsable(string? key) =>
        !string.IsNullOrEmpty(key) && !key.AsSpan().ContainsAnyExceptInRange('!', '~');

    public ValueTask<string> GetAsync(CancellationToken cancellationToken) =>
        _key is not null ? new ValueTask<string>(_key) : AskAsync(cancellationToken);

    private async ValueTask<string> AskAsync(CancellationToken cancellationToken)
    {
        var asking = options.ApiKeyProvider!(tenant, cancellationToken);

        // A provider that ignores the token must not outlive the attempt's deadline.
        var key = asking.IsCompleted
            ? await asking.ConfigureAwait(false)
            : await asking.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        return IsUsable(key)
            ? key
            : throw new InvalidOperationException(
                $"{nameof(CyclesClientOptions.ApiKeyProvider)} gave no usable key for {(tenant is null ? "the client's own tenant" : $"tenant '{tenant}'")}: a key is one or more visible ASCII characters."
            );
    }
}
