namespace Cycles.Authority;

/// <summary>An operator's request was refused and nothing was changed.</summary>
public sealed class AdministrationException : Exception
{
    /// <summary>A refusal.</summary>
    /// <param name="error">What was refused, why, and what to do.</param>
    public AdministrationException(CyclesError error)
        : base(error?.Message)
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>The refusal as a server would answer it.</summary>
    public CyclesError Error { get; }
}
