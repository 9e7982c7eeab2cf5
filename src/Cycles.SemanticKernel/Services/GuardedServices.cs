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
        return service.IsKeyedService
            ? new(service.ServiceType, service.ServiceKey, Make, service.Lifetime)
            : new(service.ServiceType, provider => Make(provider, null), service.Lifetime);

        object Make(IServiceProvider provider, object? key)
        {
            var guards = provider.GetRequiredService<ServiceGuards>();
            var (given, factory, type) = service.IsKeyedService
                ? (
                    service.KeyedImplementationInstance,
                    service.KeyedImplementationFactory,
                    service.KeyedImplementationType
                )
                : (
                    service.ImplementationInstance,
                    service.ImplementationFactory is { } make ? (from, _) => make(from) : null,
                    service.ImplementationType
                );
            var made = given ?? factory?.Invoke(provider, key) ?? ActivatorUtilities.CreateInstance(provider, type!);
            return guard(guards, made, given is not null);
        }
    }
}
