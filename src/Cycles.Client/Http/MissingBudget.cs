using System.Text.Json;

namespace Cycles;

/// <summary>A 404 for a missing budget does not always say which unit was asked for, and that is often the mistake.</summary>
internal static class MissingBudget
{
    /// <param name="error">Any refusal of what needs a budget.</param>
    /// <param name="unit">What was asked in.</param>
    public static CyclesError Explain(CyclesError error, AmountUnit unit)
    {
        if (error is not { Status: 404, Code: ErrorCode.NotFound })
        {
            return error;
        }

        var name = JsonSerializer.SerializeToElement(unit, CyclesJsonContext.Default.AmountUnit).GetString()!;
        return
            error.Message.Contains(name, StringComparison.Ordinal)
            || !error.Message.Contains("budget", StringComparison.OrdinalIgnoreCase)
            ? error
            : error with
            {
                Message = $"{error.Message.TrimEnd('.')}. The budget was asked for in {name}.",
            };
    }
}
