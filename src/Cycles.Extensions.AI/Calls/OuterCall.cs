namespace Cycles.Extensions.AI;

/// <summary>
/// A model call that is held for already, for the guards that it comes to further in: a router or a decorator of
/// somebody's own, which shows nobody what it is made of, may hand it on to a model with a guard.
/// </summary>
/// <remarks>
/// Known by the very messages, or values to embed, that it is handed. Others are another call, as that of a tool which asks
/// a model or an agent, and so are the same ones when a loop has added to them, because a filter inside of it may ask about
/// them. A call in shadow mode is charged by nobody, and so covers no real one.
/// </remarks>
internal sealed class OuterCall
{
    private static readonly AsyncLocal<OuterCall?> Flow = new();

    private readonly object _messages;
    private readonly object? _last;
    private readonly ModelCall? _watched;

    private OuterCall(object messages, object? last, ModelCall? watched)
    {
        _messages = messages;
        _last = last;
        _watched = watched;
    }

    /// <param name="messages">What is handed on.</param>
    /// <param name="watched">The call, where it is only watched; null where it is held for.</param>
    public static OuterCall Of<T>(IList<T> messages, ModelCall? watched) =>
        new(messages, messages.Count > 0 ? messages[^1] : null, watched);

    /// <summary>Whether a guard around has asked for a call with these messages. None at all are nobody's.</summary>
    public static bool Covers<T>(IEnumerable<T> messages, ShadowReport? shadow) =>
        Find(messages) is { } outer && (shadow is not null || outer._watched is null);

    /// <summary>A guard around that only watches a call with these messages leaves it to the one that it has come to.</summary>
    public static void TakeOver<T>(IEnumerable<T> messages) => Find(messages)?._watched?.PassOn();

    /// <summary>Makes it the current one, for what the caller calls from here on.</summary>
    public void Enter() => Flow.Value = this;

    private static OuterCall? Find<T>(IEnumerable<T> messages) =>
        Flow.Value is { _last: not null } outer
        && ReferenceEquals(outer._messages, messages)
        && Equals(outer._last, messages.LastOrDefault())
            ? outer
            : null;
}
