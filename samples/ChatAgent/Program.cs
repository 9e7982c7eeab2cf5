using ChatAgent;
using Spectre.Console;

SampleOptions options;
try
{
    options = SampleOptions.Parse(args);
}
catch (FormatException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    Console.Error.WriteLine("Try --help.");
    return 2;
}

if (options.WantsHelp)
{
    Console.WriteLine(SampleOptions.Help);
    return 0;
}

var runs = new[]
{
    await AgentRuns.UnguardedAsync(),
    await AgentRuns.GuardedAsync(),
    await AgentRuns.CappedAsync(),
    await AgentRuns.KeptAsync(),
    await AgentRuns.FallbackAsync(),
    await AgentRuns.ShadowAsync(),
};
if (options.Fast || Console.IsOutputRedirected)
{
    PlainOutput.Write(Console.Out, runs);
}
else
{
    PanelOutput.Write(AnsiConsole.Console, runs);
}

return 0;
