namespace ActionAuthority;

/// <summary>Plain lines for files, pipes and tests: the same ones for the same options.</summary>
internal static class PlainOutput
{
    public static void Write(TextWriter output, IReadOnlyList<CaseRun> runs)
    {
        foreach (var run in runs)
        {
            output.WriteLine($"{run.Name}: {run.Protection}");
            foreach (var step in run.Steps)
            {
                output.WriteLine($"  {step.Tool, -21} {Sentence.Outcome(step)}");
            }

            output.WriteLine($"  {Sentence.Total(run)}");
            foreach (var balance in run.Ledger)
            {
                output.WriteLine($"  ledger {Sentence.Scope(balance), -23} {Sentence.Ledger(balance)}");
            }

            if (run != runs[^1])
            {
                output.WriteLine();
            }
        }
    }
}
