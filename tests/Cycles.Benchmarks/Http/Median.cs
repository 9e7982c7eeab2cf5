namespace Cycles.Benchmarks;

internal static class Median
{
    public static double Of(IEnumerable<double> values) => Quantile(values.Order().ToArray(), 0.5);

    /// <param name="sorted">In rising order.</param>
    /// <param name="share">Of the values, how many are at most the result.</param>
    public static double Quantile(double[] sorted, double share) =>
        sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
}
