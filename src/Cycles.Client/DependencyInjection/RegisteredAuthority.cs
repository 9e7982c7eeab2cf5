using Microsoft.Extensions.DependencyInjection;

namespace Cycles;

/// <summary>
/// The authority that a registered client asks: that of its own key, else the server at its own address, else the
/// authority without a key.
/// </summary>
internal static class RegisteredAuthority
{
    public static ICyclesAuthority? Find(IServiceProvider services, string? key, CyclesClientOptions options)
    {
        if (Own(services, key) is { } own)
        {
            return own;
        }

        return options.BaseUrl is null && key is not null ? services.GetService<ICyclesAuthority>() : null;
    }

    /// <summary>The one that is registered just as the client is.</summary>
    public static ICyclesAuthority? Own(IServiceProvider services, string? key) =>
        key is null ? services.GetService<ICyclesAuthority>() : services.GetKeyedService<ICyclesAuthority>(key);

    public static string Missing(string? key, CyclesClientOptions options)
    {
        var client = key is null ? "CyclesClient" : $"CyclesClient '{key}'";
        return $"{client} has no authority to ask: {options.NameOf(nameof(options.BaseUrl))} is not set (in a configuration Cycles:BaseUrl, in the environment CYCLES_BASE_URL), and no ICyclesAuthority is registered, as services.AddEmbeddedCycles(...) does for a budget in this process.";
    }
}
