using Cycles;
using Cycles.SemanticKernel;

namespace Microsoft.SemanticKernel;

/// <summary>Governs a kernel that exists already.</summary>
public static class CyclesKernelExtensions
{
    /// <summary>Lets the kernel ask before each function, innermost among the filters that it has.</summary>
    /// <remarks>
    /// The services of a kernel that is built stay as they are: a warning tells of each chat service without a guard,
    /// which this makes to find out. Otherwise as with the builder.
    /// </remarks>
    /// <param name="kernel">The kernel. Its clones are governed too.</param>
    /// <param name="cycles">Who asks. Stays the caller's.</param>
    /// <param name="configure">Says what functions cost.</param>
    /// <returns>The kernel.</returns>
    /// <exception cref="ArgumentException">A term or an option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The kernel is governed already.</exception>
    public static Kernel AddCycles(
        this Kernel kernel,
        CyclesClient cycles,
        Action<CyclesKernelOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(cycles);
        if (kernel.FunctionInvocationFilters.Any(filter => filter is KernelGuard))
        {
            throw new InvalidOperationException(
                "The kernel is governed already; a second guard would charge every call twice."
            );
        }

        var options = CyclesKernelOptions.From(kernel.Services, configure);
        var guard = new KernelGuard(cycles, options.Tools);
        kernel.FunctionInvocationFilters.Add(guard);
        kernel.AutoFunctionInvocationFilters.Add(guard);
        guard.Meet(kernel.Plugins.SelectMany(plugin => plugin));
        ServiceGuards.TellUnguarded(kernel, KernelLog.Of(kernel.LoggerFactory));
        return kernel;
    }
}
