using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Text;

namespace Cycles.Analyzers.Tests;

/// <summary>Code in which <c>{|CYC001:...|}</c> marks what a rule is to point at.</summary>
internal sealed partial record MarkedCode(string Text, IReadOnlyList<(string Id, TextSpan Span)> Marks)
{
    public static MarkedCode Parse(string marked)
    {
        var text = new StringBuilder();
        var marks = new List<(string, TextSpan)>();
        var open = new Stack<(string Id, int Start)>();
        var last = 0;
        foreach (Match mark in Mark().Matches(marked))
        {
            text.Append(marked, last, mark.Index - last);
            last = mark.Index + mark.Length;
            if (mark.Groups["id"] is { Success: true, Value: var id })
            {
                open.Push((id, text.Length));
            }
            else
            {
                var (of, start) = open.Pop();
                marks.Add((of, TextSpan.FromBounds(start, text.Length)));
            }
        }

        return new MarkedCode(text.Append(marked, last, marked.Length - last).ToString(), marks);
    }

    [GeneratedRegex(@"\{\|(?<id>CYC\d{3}):|\|\}")]
    private static partial Regex Mark();
}
