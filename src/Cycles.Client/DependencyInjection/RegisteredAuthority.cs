using Microsoft.Extensions.DependencyInjection;

namespace Cycles;

/// <summary>The authority that a registered client asks: that of its own key, else the one without a key.</summary>
internal static class RegisteredAuthority
{
    public static ICyclesAuthority? Find(IServiceProvider services, string? key) =>
        (key is null ? null : services.GetKeyedService<ICyclesAuthority>(key))
        ?? services.GetService<ICyclesAuthority>();

    public static string Missing(string? key)
    {
        var client = key is null ? "CyclesClient" : $"CyclesClient '{key}'";
        return $"{client} has no authority to ask: no ICyclesAuthority is registered. Register one, for example with services.AddEmbeddedCycles(...) for a budget in this process. Connecting over HTTP is not part of this version.";
    }
}
