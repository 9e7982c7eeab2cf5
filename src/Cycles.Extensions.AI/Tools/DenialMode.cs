namespace Cycles.Extensions.AI;

/// <summary>What becomes of a tool call that was denied. The tool does not run in any of them.</summary>
public enum DenialMode
{
    /// <summary>
    /// The call's result is a text that the model can read: what was denied, why, and whether waiting helps. The default.
    /// </summary>
    Skip = 0,

    /// <summary>
    /// As <see cref="Skip"/>, and a tool loop (<c>FunctionInvokingChatClient</c>) ends without asking the model again,
    /// after the other calls of the same message, so that none of them stays unanswered.
    /// </summary>
    Terminate = 1,

    /// <summary>
    /// A <see cref="BudgetDeniedException"/> leaves the function. Inside a tool loop, which would swallow it and ask the
    /// model again, it acts as <see cref="Terminate"/>.
    /// </summary>
    Throw = 2,
}
