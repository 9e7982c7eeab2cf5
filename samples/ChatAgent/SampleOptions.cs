namespace ChatAgent;

/// <summary>The command line.</summary>
internal sealed record SampleOptions
{
    public const string Help = """
        Lets a chat agent with three tools loose on a complaint: without a budget, with budgets, with caps, with something
        kept for a last answer, with a smaller model to fall back on, and in shadow mode.

          --fast   print plain lines, as when output is redirected
          --help   this text
        """;

    public bool Fast { get; private init; }

    public bool WantsHelp { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">There is no such option.</exception>
    public static SampleOptions Parse(IReadOnlyList<string> arguments) =>
        arguments.Aggregate(
            new SampleOptions(),
            (options, argument) =>
                argument switch
                {
                    "--fast" => options with { Fast = true },
                    "--help" or "-h" => options with { WantsHelp = true },
                    _ => throw new FormatException($"There is no option '{argument}'."),
                }
        );
}
