using Cycles.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cycles.SemanticKernel;

/// <summary>How a kernel is governed. Read once, when the kernel is built or given its guard.</summary>
public sealed class CyclesKernelOptions
{
    /// <summary>
    /// What each function costs. Its name is <c>Plugin.Function</c>, in requests and in caps too; entries and patterns may
    /// also spell it <c>Plugin-Function</c> or <c>Plugin_Function</c>, as models read it.
    /// </summary>
    /// <remarks>
    /// A prompt function costs nothing here, whatever an entry says: its model call is charged at the chat service.
    /// </remarks>
    public ToolPolicy Tools { get; } = new();

    /// <summary>
    /// What the calls of chat services cost. Without prices every call of a service that this guards is denied, unless
    /// <see cref="CyclesModelOptions.UnpricedModels"/> says otherwise.
    /// </summary>
    /// <remarks>A service of Azure's that was given no model id goes by the name of its deployment.</remarks>
    public CyclesChatOptions Chat { get; } = new();

    /// <summary>The options of a kernel, with the log and the clock of its services.</summary>
    internal static CyclesKernelOptions From(IServiceProvider services, Action<CyclesKernelOptions>? configure)
    {
        var options = new CyclesKernelOptions();
        options.Tools.LoggerFactory = options.Chat.LoggerFactory = services.GetService<ILoggerFactory>();
        options.Tools.TimeProvider = options.Chat.TimeProvider = services.GetService<TimeProvider>();
        configure?.Invoke(options);
        return options;
    }
}
