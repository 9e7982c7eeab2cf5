namespace ActionAuthority;

/// <summary>Decides whether a tool may run now, and runs it.</summary>
internal interface IGate
{
    Task<ToolOutcome> PassAsync(string tool, Func<string> run);
}
