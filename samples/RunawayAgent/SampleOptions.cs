using System.Globalization;

namespace RunawayAgent;

/// <summary>The command line.</summary>
internal sealed record SampleOptions
{
    public const int MostSeconds = 3_600;

    public const string Help = """
        Runs a support agent with a bug, without a budget and with one.

          --mode unguarded|guarded|both   what to run (default both)
          --seconds N                     when a run is stopped at the latest, 1 to 3600 (default 12)
          --seed N                        seed of the evaluator's scores (default 7)
          --fast                          simulate the time and print plain lines, as when output is redirected
          --help                          this text
        """;

    public RunMode Mode { get; private init; } = RunMode.Both;

    public TimeSpan Limit { get; private init; } = TimeSpan.FromSeconds(12);

    public int Seed { get; private init; } = 7;

    public bool Fast { get; private init; }

    public bool WantsHelp { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">It makes no sense; the message says why and what would.</exception>
    public static SampleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SampleOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--mode" => options with { Mode = ModeOf(ValueOf(arguments, i++)) },
                "--seconds" => options with { Limit = TimeSpan.FromSeconds(Number(arguments, i++, 1, MostSeconds)) },
                "--seed" => options with { Seed = Number(arguments, i++, int.MinValue, int.MaxValue) },
                "--fast" => options with { Fast = true },
                "--help" or "-h" => options with { WantsHelp = true },
                var unknown => throw new FormatException($"There is no option '{unknown}'."),
            };
        }

        return options;
    }

    private static RunMode ModeOf(string value) =>
        value switch
        {
            "unguarded" => RunMode.Unguarded,
            "guarded" => RunMode.Guarded,
            "both" => RunMode.Both,
            _ => throw new FormatException($"--mode must be unguarded, guarded or both but was '{value}'."),
        };

    private static int Number(IReadOnlyList<string> arguments, int option, int least, int most)
    {
        var value = ValueOf(arguments, option);
        return
            int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{arguments[option]} must be a whole number from {least} to {most} but was '{value}'."
                )
            );
    }

    private static string ValueOf(IReadOnlyList<string> arguments, int option) =>
        option + 1 < arguments.Count
            ? arguments[option + 1]
            : throw new FormatException($"{arguments[option]} needs a value.");
}
