using System.Globalization;

namespace ChatAgent;

/// <summary>Plain lines for files, pipes and tests: the same ones every time.</summary>
internal static class PlainOutput
{
    public static void Write(TextWriter output, IReadOnlyList<AgentRun> runs)
    {
        foreach (var run in runs)
        {
            output.WriteLine($"{run.Name}: {run.Protection}");
            foreach (var (turn, number) in run.Log.Turns.Take(Sentence.MostTurns).Select((turn, i) => (turn, i + 1)))
            {
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {number, 2}  {Sentence.Cost(turn)}  {Sentence.Turn(turn)}"
                    )
                );
            }

            if (run.Log.Turns.Count > Sentence.MostTurns)
            {
                output.WriteLine("  ...");
            }

            output.WriteLine($"  \"{run.Answer}\"");
            output.WriteLine($"  {Sentence.Total(run.Log)}");
            foreach (var note in run.Notes)
            {
                output.WriteLine($"  {note}");
            }

            foreach (var balance in run.Ledger)
            {
                output.WriteLine($"  ledger: {Sentence.Ledger(balance)}");
            }

            if (run != runs[^1])
            {
                output.WriteLine();
            }
        }
    }
}
