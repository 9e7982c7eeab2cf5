using Cycles.Extensions.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.TextGeneration;

namespace Cycles.SemanticKernel;

/// <summary>Puts guards in front of a kernel's chat services, and knows which have one.</summary>
internal sealed class ServiceGuards(CyclesClient cycles, CyclesChatOptions options, ILogger log)
{
    public IChatClient Guard(IChatClient client)
    {
        TellForeignLoop(client, log);
        return new PlainFunctionWatch(IsGuarded(client) ? client : new CyclesChatClient(client, cycles, options), log);
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

    /// <summary>
    /// Tells of each service of a kernel that answers prompts and has no guard. A chat service that also stands for a text
    /// service is one: kernels prefer it as what it is.
    /// </summary>
    public static void TellUnguarded(Kernel kernel, ILogger log)
    {
        foreach (var client in All<IChatClient>(kernel))
        {
            TellForeignLoop(client, log);
            if (!IsGuarded(client))
            {
                KernelLog.Unguarded(log, client.GetType().Name);
            }
        }

        foreach (var service in All<IChatCompletionService>(kernel).Where(service => !IsGuarded(service)))
        {
            KernelLog.Unguarded(log, service.GetType().Name);
        }

        foreach (
            var service in All<ITextGenerationService>(kernel).Where(service => service is not IChatCompletionService)
        )
        {
            KernelLog.UnguardedText(log, service.GetType().Name);
        }
    }

    /// <summary>Tells of a loop of no kernel's, unless its functions are guarded in another way.</summary>
    private static void TellForeignLoop(IChatClient client, ILogger log)
    {
        if (
            client.GetService<FunctionInvokingChatClient>() is { FunctionInvoker: null } loop
            && loop.GetType().Assembly != typeof(Kernel).Assembly
        )
        {
            KernelLog.ForeignLoop(log, client.GetType().Name);
        }
    }

    /// <summary>Keyed ones too, which a kernel over an application's own container does not know of.</summary>
    private static HashSet<T> All<T>(Kernel kernel)
        where T : class =>
        [
            .. kernel.GetAllServices<T>(),
            .. kernel.Services is IKeyedServiceProvider keyed ? keyed.GetKeyedServices<T>(KeyedService.AnyKey) : [],
        ];
}
