using System.Text;
using RunawayAgent;
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

var plain = options.Fast || Console.IsOutputRedirected;
if (!plain)
{
    Console.OutputEncoding = Encoding.UTF8;
}

IOutput output = plain ? new PlainOutput(Console.Out) : new LiveOutput(AnsiConsole.Console);
var outcomes = new List<(AgentRun Run, RunOutcome Outcome)>();

if (options.Mode.HasFlag(RunMode.Unguarded))
{
    var run = new UnguardedRun(options, new Pace(simulated: plain));
    outcomes.Add((run, await output.ShowAsync(run)));
}

if (options.Mode.HasFlag(RunMode.Guarded))
{
    await using var run = new GuardedRun(options, new Pace(simulated: plain));
    outcomes.Add((run, await output.ShowAsync(run)));
}

output.Summarize(outcomes);
return 0;
