using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>A model turn that may run.</summary>
/// <param name="Call">Its hold.</param>
/// <param name="Options">What to ask with: of the model that was chosen, within the caps.</param>
/// <param name="Client">Who answers.</param>
internal readonly record struct ChatTurn(ModelCall Call, ChatOptions? Options, IChatClient Client);
