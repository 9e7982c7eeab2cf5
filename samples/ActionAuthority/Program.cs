using ActionAuthority;
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

var unguarded = new CaseTools();
var free = await CaseRun.RunAsync("Unguarded", "whatever the agent asks for happens", unguarded, new FreeGate());

var guarded = new CaseTools();
await using var gate = new BudgetGate();
if (options.AllowEmail)
{
    gate.FundEmail();
}

var budgeted = await CaseRun.RunAsync("Guarded", gate.Protection, guarded, gate);
var runs = new[] { free, budgeted with { Ledger = await gate.ReadLedgerAsync() } };
if (options.Fast || Console.IsOutputRedirected)
{
    PlainOutput.Write(Console.Out, runs);
}
else
{
    PanelOutput.Write(AnsiConsole.Console, runs);
}

return 0;
