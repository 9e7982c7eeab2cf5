using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.TextGeneration;

namespace Cycles.SemanticKernel;

/// <summary>What governing a kernel needs, whether it is being built or exists already.</summary>
internal static class GovernedKernel
{
    public static CyclesKernelOptions OptionsOf(IServiceProvider services, Action<CyclesKernelOptions>? configure)
    {
        var options = new CyclesKernelOptions();
        options.Tools.LoggerFactory = options.Chat.LoggerFactory = services.GetService<ILoggerFactory>();
        options.Tools.TimeProvider = options.Chat.TimeProvider = services.GetService<TimeProvider>();
        configure?.Invoke(options);
        return options;
    }

    /// <summary>
    /// Tells of each service of a kernel that answers prompts and has no guard. A chat service that also stands for a text
    /// service is one: kernels prefer it as what it is.
    /// </summary>
    public static void TellUnguarded(Kernel kernel, ILogger log)
    {
        foreach (var client in All<IChatClient>(kernel))
        {
            ServiceGuards.TellForeignLoop(client, log);
            if (!ServiceGuards.IsGuarded(client))
            {
                KernelLog.Unguarded(log, client.GetType().Name);
            }
        }

        foreach (var service in All<IChatCompletionService>(kernel).Where(service => !ServiceGuards.IsGuarded(service)))
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

    /// <summary>Keyed ones too, which a kernel over an application's own container does not know of.</summary>
    private static HashSet<T> All<T>(Kernel kernel)
        where T : class =>
        [
            .. kernel.GetAllServices<T>(),
            .. kernel.Services is IKeyedServiceProvider keyed ? keyed.GetKeyedServices<T>(KeyedService.AnyKey) : [],
        ];
}
