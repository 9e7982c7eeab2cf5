namespace Cycles;

/// <summary>A record is there under its name, but the end of the machine, unlike that of the process, may lose it.</summary>
internal sealed class RecordNotFlushedException(IOException inner) : IOException(inner.Message, inner);
