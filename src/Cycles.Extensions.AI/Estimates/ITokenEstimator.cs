namespace Cycles.Extensions.AI;

/// <summary>Guesses how many tokens a text has, before a call is made. Put a real tokenizer behind it for less slack.</summary>
/// <remarks>Called on any thread. It sees the content, so it must not keep or log it.</remarks>
public interface ITokenEstimator
{
    /// <summary>Counts or guesses.</summary>
    /// <param name="text">Any text of a prompt, a tool's schema or a reply; may be empty.</param>
    /// <returns>The number of tokens, 0 or more; rather too many than too few.</returns>
    long CountTokens(string text);
}
