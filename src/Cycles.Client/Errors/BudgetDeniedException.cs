namespace Cycles;

/// <summary>The budget said no: the action must not run. Nothing is held.</summary>
/// <remarks>Where a denial is an expected answer, <see cref="CyclesClient.TryReserveAsync"/> returns it instead.</remarks>
public sealed class BudgetDeniedException : CyclesException
{
    /// <summary>A denial.</summary>
    /// <param name="denial">Who said no, and why.</param>
    /// <exception cref="ArgumentNullException"><paramref name="denial"/> is null.</exception>
    public BudgetDeniedException(Denial denial)
        : base(MessageOf(denial))
    {
        Denial = denial;
        Code = denial.Error?.Code ?? ErrorCode.Unknown;
        RawCode = denial.ReasonCode.Value;
        Status = denial.Error?.Status ?? 200;
        RequestId = denial.Error?.RequestId ?? denial.Metadata.RequestId;
        TraceId = denial.Error?.TraceId ?? denial.Metadata.TraceId;
        RetryAfter = denial.RetryAfter;
        Metadata = denial.Metadata;
        Details = denial.Error?.Details;
    }

    /// <summary>Who said no, and why.</summary>
    public Denial Denial { get; }

    private static string MessageOf(Denial denial)
    {
        ArgumentNullException.ThrowIfNull(denial);
        return denial.ToString();
    }
}
