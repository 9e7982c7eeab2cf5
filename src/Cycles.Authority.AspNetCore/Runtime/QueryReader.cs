using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Cycles.Authority;

/// <summary>
/// Reads query parameters by their exact names and remembers the first that is wrong. Parameters that nobody asks for
/// are ignored.
/// </summary>
internal sealed class QueryReader
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);

    public QueryReader(QueryString query)
    {
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            var name = pair.DecodeName().ToString();
            if (!_values.TryAdd(name, pair.DecodeValue().ToString()))
            {
                _values[name] = null;
            }
        }
    }

    public ValidationFinding? Finding { get; private set; }

    /// <summary>A value as it stands; null when it is absent.</summary>
    public string? Text(string name)
    {
        if (!_values.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value is null)
        {
            Note(name, "must be given once");
        }

        return value;
    }

    public int? Number(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Note(name, $"must be a whole number but was '{Excerpt.Of(text)}'");
        return null;
    }

    public bool Flag(string name)
    {
        var text = Text(name);
        if (text is not (null or "true" or "false"))
        {
            Note(name, $"must be true or false but was '{Excerpt.Of(text)}'");
        }

        return text == "true";
    }

    /// <summary>One of a set of names, letter by letter.</summary>
    public T? OneOf<T>(string name, IReadOnlyDictionary<string, T> known)
        where T : struct
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        if (known.TryGetValue(text, out var value))
        {
            return value;
        }

        Note(name, $"must be one of {string.Join(", ", known.Keys)} but was '{Excerpt.Of(text)}'");
        return null;
    }

    /// <summary>A point in time, ISO 8601 with an offset; a blank one is unset (protocol, TIME-RANGE FILTERS).</summary>
    public DateTimeOffset? Time(string name)
    {
        var text = Text(name);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (IsoTime.TryParse(text, out var time))
        {
            return time;
        }

        Note(name, $"must be an ISO 8601 time such as 2026-05-01T00:00:00Z but was '{Excerpt.Of(text)}'");
        return null;
    }

    /// <summary>
    /// The levels that the query gives; null when it gives none. A wrong one is named as in a body, so that a client has
    /// one name for it.
    /// </summary>
    public Subject? Subject()
    {
        var subject = new Subject
        {
            Tenant = Text("tenant"),
            Workspace = Text("workspace"),
            App = Text("app"),
            Workflow = Text("workflow"),
            Agent = Text("agent"),
            Toolset = Text("toolset"),
        };
        if (subject.Validate() is not { } finding)
        {
            return subject;
        }

        if (finding.Field == "subject")
        {
            return null;
        }

        Note(finding.Field, finding.Problem);
        return null;
    }

    private void Note(string field, string problem) => Finding ??= new ValidationFinding(field, problem);
}
