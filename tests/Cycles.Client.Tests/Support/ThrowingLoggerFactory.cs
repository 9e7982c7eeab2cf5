using Microsoft.Extensions.Logging;

namespace Cycles.Client.Tests;

/// <summary>Loggers like those of a full disk.</summary>
public sealed class ThrowingLoggerFactory(bool alsoWhenAsked) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => alsoWhenAsked ? throw new IOException("No space left on device") : true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => throw new IOException("No space left on device");

    public void Dispose() { }
}
