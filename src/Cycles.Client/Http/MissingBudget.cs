using System.Text.Json;

namespace Cycles;

/// <summary>A 404 for a missing budget does not always say which unit was asked for, and that is often the mistake.</summary>
internal static class MissingBudget
{
    public static CyclesResponse<T> Explain<T>(in CyclesResponse<T> response, AmountUnit unit)
        where T : class
    {
        if (response.Error is not { Status: 404, Code: ErrorCode.NotFound } error)
        {
            return response;
        }

        var name = JsonSerializer.SerializeToElement(unit, CyclesJsonContext.Default.AmountUnit).GetString()!;
        return
            error.Message.Contains(name, StringComparison.Ordinal)
            || !error.Message.Contains("budget", StringComparison.OrdinalIgnoreCase)
            ? response
            : new CyclesResponse<T>(
                error with
                {
                    Message = $"{error.Message.TrimEnd('.')}. The budget was asked for in {name}.",
                },
                response.Metadata,
                response.Elapsed
            );
    }
}
