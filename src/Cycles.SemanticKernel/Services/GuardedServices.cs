using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.TextGeneration;

namespace Cycles.SemanticKernel;

/// <summary>
/// The chat services of a container that is still being filled: guards what is there, and tells of what came later.
/// </summary>
internal sealed class GuardedServices
{
    private readonly IServiceCollection _services;
    private readonly HashSet<ServiceDescriptor> _guarded = [];

    public GuardedServices(IServiceCollection services)
    {
        _services = services;
        for (var i = 0; i < services.Count; i++)
        {
            if (GuardedOrNull(services[i]) is { } guarded)
            {
                services[i] = guarded;
                _guarded.Add(guarded);
            }
        }
    }

    /// <summary>Tells of services without a guard, without making any.</summary>
    public void TellUnguarded(ILogger log)
    {
        foreach (var service in _services.Where(IsChat).Where(service => !_guarded.Contains(service)))
        {
            KernelLog.RegisteredLate(log, service.ServiceType.Name, KeyOf(service));
        }

        // For a prompt, kernels prefer a chat completion service to it, but it to a chat client.
        foreach (var text in _services.Where(service => service.ServiceType == typeof(ITextGenerationService)))
        {
            if (!_services.Any(service => IsChatCompletion(service) && Equals(service.ServiceKey, text.ServiceKey)))
            {
                KernelLog.UnguardedText(log, KeyOf(text) ?? text.ServiceType.Name);
            }
        }
    }

    private static bool IsChatCompletion(ServiceDescriptor service) =>
        service.ServiceType == typeof(IChatCompletionService);

    private static bool IsChat(ServiceDescriptor service) =>
        service.ServiceType == typeof(IChatClient) || IsChatCompletion(service);

    private static string? KeyOf(ServiceDescriptor service) => service.ServiceKey?.ToString();

    private static ServiceDescriptor? GuardedOrNull(ServiceDescriptor service) =>
        service.ServiceType == typeof(IChatClient)
            ? Describe(
                service,
                (guards, made, isGiven) =>
                    guards.Guard(isGiven ? new BorrowedChatClient((IChatClient)made) : (IChatClient)made)
            )
        : service.ServiceType == typeof(IChatCompletionService)
            ? Describe(
                service,
                (guards, made, isGiven) => guards.Guard((IChatCompletionService)made, ownsService: !isGiven)
            )
        : null;

    private static ServiceDescriptor Describe(
        ServiceDescriptor service,
        Func<ServiceGuards, object, bool, object> guard
    )
    {
        var given = service.IsKeyedService ? service.KeyedImplementationInstance : service.ImplementationInstance;
        return service.IsKeyedService
            ? new ServiceDescriptor(
                service.ServiceType,
                service.ServiceKey,
                (provider, key) =>
                    guard(
                        provider.GetRequiredService<ServiceGuards>(),
                        given
                            ?? service.KeyedImplementationFactory?.Invoke(provider, key)
                            ?? ActivatorUtilities.CreateInstance(provider, service.KeyedImplementationType!),
                        given is not null
                    ),
                service.Lifetime
            )
            : new ServiceDescriptor(
                service.ServiceType,
                provider =>
                    guard(
                        provider.GetRequiredService<ServiceGuards>(),
                        given
                            ?? service.ImplementationFactory?.Invoke(provider)
                            ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!),
                        given is not null
                    ),
                service.Lifetime
            );
    }
}
