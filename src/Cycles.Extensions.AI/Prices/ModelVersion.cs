using System.Text.RegularExpressions;

namespace Cycles.Extensions.AI;

/// <summary>
/// Which names are the same model, one perhaps a version of the other: what providers and gateways put around a model's
/// name, and never what tells it from its neighbours (<c>-mini</c>, <c>-audio</c>, <c>-32k</c>, a <c>-5</c> behind a
/// <c>-4</c>).
/// </summary>
internal static partial class ModelVersion
{
    /// <summary>Without its last mark of a version; null when it has none.</summary>
    public static string? Without(string model) =>
        Mark().Match(model) is { Success: true, Index: > 0 and var end } ? model[..end] : null;

    /// <summary>Whether a name is that of a model, or of a version of it.</summary>
    public static bool IsVersionOf(string model, string name)
    {
        for (var version = name; version is not null; version = Without(version))
        {
            if (AreSame(version, model))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether two names differ only in where the model is had (<c>models/</c>, <c>openai/</c>, <c>us.anthropic.</c>),
    /// or in saying that they mean the latest.
    /// </summary>
    public static bool AreSame(string one, string other) => Bare(one).SequenceEqual(Bare(other));

    private static ReadOnlySpan<char> Bare(string model)
    {
        var name = model.AsSpan(model.LastIndexOf('/') + 1);

        // Regions and vendors have no digits, and what is before the dot of gpt-4.1 has.
        while (name.IndexOf('.') is > 0 and var dot && !name[..dot].ContainsAnyInRange('0', '9'))
        {
            name = name[(dot + 1)..];
        }

        return name.EndsWith("-latest") || name.EndsWith(":latest") ? name[..^"-latest".Length] : name;
    }

    /// <summary>
    /// A date (<c>-2024-07-18</c>, <c>-20250929</c>, <c>-250115</c>, <c>-08-2024</c>, <c>-05-20</c>, <c>-0613</c>,
    /// <c>-2411</c>), a number
    /// (<c>-001</c>, <c>@001</c>, <c>-v1:0</c>, <c>:0</c>), or the latest or default one.
    /// </summary>
    [GeneratedRegex(
        """
            ( [-@] ( 20\d\d - (0[1-9]|1[0-2]) - (0[1-9]|[12]\d|3[01])
                   | (20)? 2\d (0[1-9]|1[0-2]) (0[1-9]|[12]\d|3[01])
                   | (0[1-9]|1[0-2]) -? (0[1-9]|[12]\d|3[01])
                   | (0[1-9]|1[0-2]) - 20\d\d
                   | 2\d (0[1-9]|1[0-2])
                   | 00\d
                   | latest | default )
            | @\d+
            | (-v\d+)? :\d+
            | :latest
            ) \z
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant
    )]
    private static partial Regex Mark();
}
