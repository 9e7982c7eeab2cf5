namespace ActionAuthority;

/// <summary>The command line.</summary>
internal sealed record SampleOptions
{
    public const string Help = """
        Lets an agent work on a support case with four tools, without budgets and with them.

          --allow-email   fund the e-mail budget at run time; the agent's code stays the same
          --fast          print plain lines, as when output is redirected
          --help          this text
        """;

    public bool AllowEmail { get; private init; }

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
                    "--allow-email" => options with { AllowEmail = true },
                    "--fast" => options with { Fast = true },
                    "--help" or "-h" => options with { WantsHelp = true },
                    _ => throw new FormatException($"There is no option '{argument}'."),
                }
        );
}
