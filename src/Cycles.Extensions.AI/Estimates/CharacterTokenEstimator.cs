using System.Text;

namespace Cycles.Extensions.AI;

/// <summary>
/// A token for every four characters of a Latin script, and one for every three UTF-8 bytes of anything else. Stateless
/// and safe to share.
/// </summary>
public sealed class CharacterTokenEstimator : ITokenEstimator
{
    /// <summary>Where Latin ends: its supplement and its extensions A and B.</summary>
    private const char LastLatin = '\u024F';

    /// <summary>The one there need be.</summary>
    public static CharacterTokenEstimator Instance { get; } = new();

    /// <inheritdoc />
    public long CountTokens(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Ascii.IsValid(text))
        {
            return (text.Length + 3) / 4;
        }

        var (latin, bytes) = (0L, 0L);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value <= LastLatin)
            {
                latin++;
            }
            else
            {
                bytes += rune.Utf8SequenceLength;
            }
        }

        return (latin + 3) / 4 + (bytes + 2) / 3;
    }
}
