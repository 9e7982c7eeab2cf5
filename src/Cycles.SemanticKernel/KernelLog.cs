using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles.SemanticKernel;

/// <summary>What operators read about a kernel. Names and types only: no arguments, no results, no messages.</summary>
internal static partial class KernelLog
{
    public const string Category = "Cycles.SemanticKernel";

    public static ILogger Of(ILoggerFactory? loggers) =>
        new SafeLogger((loggers ?? NullLoggerFactory.Instance).CreateLogger(Category));

    [LoggerMessage(
        301,
        LogLevel.Warning,
        "The service {Service} (key '{Key}') was registered after AddCycles, which does not guard it. Register it before, or guard it with WithCycles"
    )]
    public static partial void RegisteredLate(ILogger log, string service, string? key);

    [LoggerMessage(
        302,
        LogLevel.Warning,
        "The kernel's service {Service} is not guarded, and a kernel that is built keeps its services. Guard it with WithCycles where it is registered, or call AddCycles on the builder"
    )]
    public static partial void Unguarded(ILogger log, string service);

    [LoggerMessage(
        303,
        LogLevel.Warning,
        "The chat client {Service} runs functions without the kernel's filters, so they are not guarded. Use UseKernelFunctionInvocation instead of UseFunctionInvocation, or put UseCyclesTools before UseFunctionInvocation; not both"
    )]
    public static partial void ForeignLoop(ILogger log, string service);

    [LoggerMessage(
        304,
        LogLevel.Warning,
        "The function '{Function}' is offered to a model as a plain AIFunction, which the kernel's filters don't see, so it is not guarded. Take it from the kernel's own loop (FunctionChoiceBehavior), or guard it with WithCycles"
    )]
    public static partial void PlainFunction(ILogger log, string function);

    [LoggerMessage(
        305,
        LogLevel.Warning,
        "The chat service {Service} calls functions by itself and hides the model's turns between them: one hold of {Estimate} covers each such loop and is committed as it is. An IChatClient with UseKernelFunctionInvocation shows every turn"
    )]
    public static partial void HiddenTurns(ILogger log, string service, Amount estimate);

    [LoggerMessage(
        306,
        LogLevel.Warning,
        "The text generation service '{Service}' is not guarded, and a prompt that it answers costs nothing. Kernels prefer a chat completion service beside it, which is"
    )]
    public static partial void UnguardedText(ILogger log, string service);
}
