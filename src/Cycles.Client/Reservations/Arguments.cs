namespace Cycles;

/// <summary>Turns what the protocol would refuse into an <see cref="ArgumentException"/>, before anything is sent.</summary>
internal static class Arguments
{
    /// <param name="finding">The field and its bounds; null when all is well.</param>
    /// <param name="otherwise">The parameter that carries every field which is no parameter of its own.</param>
    public static void ThrowIf(ValidationFinding? finding, string otherwise)
    {
        if (finding is not null)
        {
            throw Invalid(finding, otherwise);
        }
    }

    private static ArgumentException Invalid(ValidationFinding finding, string otherwise)
    {
        if (string.Equals(finding.Field, "subject", StringComparison.Ordinal))
        {
            return new ArgumentException(
                $"{finding} Set Subject in the {otherwise} of this call, or CyclesClientOptions.Subject for all of them.",
                otherwise
            );
        }

        var end = finding.Field.IndexOf('.', StringComparison.Ordinal);
        var parameter = (end < 0 ? finding.Field : finding.Field[..end]) switch
        {
            "action" => "action",
            "estimate" => "estimate",
            "actual" => "actual",
            "reason" => "reason",
            "extend_by_ms" => "by",
            _ => otherwise,
        };
        return new ArgumentException(finding.ToString(), parameter);
    }
}
