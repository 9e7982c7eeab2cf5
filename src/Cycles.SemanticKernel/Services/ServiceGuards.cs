using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel.ChatCompletion;

namespace Cycles.SemanticKernel;

/// <summary>Puts guards in front of a kernel's chat services, and knows which have one.</summary>
internal sealed class ServiceGuards(CyclesClient cycles, CyclesChatOptions options, ILogger log)
{
    public IChatClient Guard(IChatClient client)
    {
        TellForeignLoop(client, log);
        return new KernelChatClient(IsGuarded(client) ? client : new CyclesChatClient(client, cycles, options), log);
    }

    public IChatCompletionService Guard(IChatCompletionService service, bool ownsService = true) =>
        IsGuarded(service)
            ? service
            : new CyclesChatCompletionService(service, cycles, options, log) { OwnsService = ownsService };

    /// <summary>Whether the client asks, or the chat service that it is made of.</summary>
    public static bool IsGuarded(IChatClient client) =>
        client.GetService<CyclesChatClient>() is not null
        || client.GetService<IChatCompletionService>() is { } service && IsGuarded(service);

    /// <summary>Whether the service asks, or the chat client that it is made of.</summary>
    public static bool IsGuarded(IChatCompletionService service) =>
        service is CyclesChatCompletionService || Inside.Of<IChatClient>(service) is { } client && IsGuarded(client);

    /// <summary>Tells of a loop of no kernel's, unless its functions are guarded in another way.</summary>
    public static void TellForeignLoop(IChatClient client, ILogger log)
    {
        if (
            client.GetService<FunctionInvokingChatClient>() is { FunctionInvoker: null } loop
            && loop.GetType().Assembly != typeof(Microsoft.SemanticKernel.Kernel).Assembly
        )
        {
            KernelLog.ForeignLoop(log, client.GetType().Name);
        }
    }
}
