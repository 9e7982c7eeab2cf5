using Microsoft.Extensions.AI;

namespace Cycles.Extensions.AI;

/// <summary>A model that is asked where another one is denied.</summary>
/// <param name="Model">Its name, as in the prices; the call's <see cref="ChatOptions.ModelId"/>.</param>
/// <param name="Client">
/// Who answers for it, unguarded; null for the client below the guard, which then has to go by
/// <see cref="ChatOptions.ModelId"/>. Stays the caller's.
/// </param>
public sealed record FallbackModel(string Model, IChatClient? Client = null);
