namespace Cycles;

/// <summary>The one request of an attempt, which knows how often it went out and what came of it.</summary>
internal sealed class AttemptMessage(HttpMethod method, Uri address) : HttpRequestMessage(method, address)
{
    private int _sent;

    /// <summary>The 4xx or 5xx that it met last, for who asks again.</summary>
    public RefusedAnswer? Refusal { get; set; }

    /// <summary>Why it met no answer, for who asks again.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether it may go out now: what changes anything once, and a read as often as reads are repeated.</summary>
    public bool TrySend() =>
        Interlocked.Increment(ref _sent) <= (Method == HttpMethod.Get ? 1 + HttpHandlers.MostRepeats : 1);
}
