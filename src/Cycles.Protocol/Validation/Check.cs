using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Cycles;

/// <summary>The bounds of the protocol's fields, each written once.</summary>
internal static class Check
{
    private static readonly SearchValues<char> SubjectCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
    );

    private static readonly string[] LevelNames = ["tenant", "workspace", "app", "workflow", "agent", "toolset"];

    public static string NameOf(SubjectLevel level) => LevelNames[(int)level];

    public static string? SubjectValue(string value) =>
        value.Length is 0 or > 128 || value.AsSpan().ContainsAnyExcept(SubjectCharacters)
            ? $"must be 1 to 128 characters of A-Z a-z 0-9 _ . - but was '{Shorten(value)}'"
            : null;

    public static ValidationFinding? IdempotencyKey(string? key) =>
        Length("idempotency_key", key, 1, 256, required: true);

    public static ValidationFinding? Subject(Subject? subject) =>
        subject is null ? Missing("subject") : subject.Validate();

    public static ValidationFinding? Action(CyclesAction? action) =>
        action is null ? Missing("action") : action.Validate();

    public static ValidationFinding? Amount(string field, Amount amount)
    {
        if (!WireEnum<AmountUnit>.IsDefined(amount.Unit))
        {
            return new ValidationFinding(
                $"{field}.unit",
                $"must be one of {WireEnum<AmountUnit>.Expected} but was not set"
            );
        }

        // The range check is repeated here so that a good amount costs no string.
        return amount.Value >= 0 ? null : Range($"{field}.amount", amount.Value, 0, long.MaxValue);
    }

    public static ValidationFinding? Amount(string field, Amount? amount) =>
        amount is { } given ? Amount(field, given) : null;

    /// <summary>A state on which a decision depends: no other will do.</summary>
    public static ValidationFinding? Status<T>(T status, T expected)
        where T : struct, Enum =>
        EqualityComparer<T>.Default.Equals(status, expected)
            ? null
            : new ValidationFinding(
                "status",
                $"must be {WireEnum<T>.NameOf(expected)} but was {WireEnum<T>.NameOf(status)}"
            );

    public static ValidationFinding? Each<T>(string field, IReadOnlyList<T> items, Func<T, ValidationFinding?> validate)
        where T : class
    {
        for (var i = 0; i < items.Count; i++)
        {
            var finding = items[i] is { } item ? validate(item) : new ValidationFinding("", "must not be null");
            if (finding is not null)
            {
                var path = finding.Field.Length == 0 ? $"{field}[{i}]" : $"{field}[{i}].{finding.Field}";
                return finding with { Field = path };
            }
        }

        return null;
    }

    public static ValidationFinding? Policy(CommitOveragePolicy? policy) =>
        policy is { } given && !WireEnum<CommitOveragePolicy>.IsDefined(given)
            ? new ValidationFinding(
                "overage_policy",
                $"must be one of {WireEnum<CommitOveragePolicy>.Expected} but was {(int)given}"
            )
            : null;

    public static ValidationFinding? Range(string field, long? value, long least, long most) =>
        value is { } given && (given < least || given > most)
            ? new ValidationFinding(
                field,
                string.Create(CultureInfo.InvariantCulture, $"must be from {least} to {most} but was {given}")
            )
            : null;

    /// <summary>Free data has to be JSON: an element that was never set can be neither kept nor sent.</summary>
    public static ValidationFinding? Json(string field, IReadOnlyDictionary<string, JsonElement>? data)
    {
        if (data is null)
        {
            return null;
        }

        foreach (var (key, value) in data)
        {
            if (value.ValueKind == JsonValueKind.Undefined)
            {
                return new ValidationFinding($"{field}.{Shorten(key)}", "must be a JSON value but was not set");
            }
        }

        return null;
    }

    public static ValidationFinding? Window(string from, DateTimeOffset? start, string to, DateTimeOffset? end) =>
        start > end
            ? new ValidationFinding(
                from,
                string.Create(CultureInfo.InvariantCulture, $"must not be after {to} but {start:O} is after {end:O}")
            )
            : null;

    /// <summary>A string that has to say something: present, not blank, at most <paramref name="most"/> long.</summary>
    public static ValidationFinding? Text(string field, string? value, int most) =>
        string.IsNullOrWhiteSpace(value)
            ? new ValidationFinding(field, $"must be 1 to {most} characters and not blank")
            : Length(field, value, 1, most);

    public static ValidationFinding? Length(string field, string? value, int least, int most, bool required = false)
    {
        if (value is null)
        {
            return required ? Missing(field) : null;
        }

        return value.Length < least || value.Length > most
            ? new ValidationFinding(field, $"must be {least} to {most} characters but has {value.Length}")
            : null;
    }

    public static ValidationFinding? Tags(IReadOnlyList<string>? tags) => Items("action.tags", tags, 10, 64);

    public static ValidationFinding? Items(string field, IReadOnlyList<string>? items, int most, int longest)
    {
        if (items is null)
        {
            return null;
        }

        if (items.Count > most)
        {
            return new ValidationFinding(field, $"must have at most {most} entries but has {items.Count}");
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is null || items[i].Length > longest)
            {
                return Length($"{field}[{i}]", items[i], 0, longest, required: true);
            }
        }

        return null;
    }

    public static ValidationFinding? Dimensions(IReadOnlyDictionary<string, string>? dimensions)
    {
        if (dimensions is null)
        {
            return null;
        }

        if (dimensions.Count > 16)
        {
            return new ValidationFinding(
                "subject.dimensions",
                $"must have at most 16 entries but has {dimensions.Count}"
            );
        }

        foreach (var (key, value) in dimensions)
        {
            if (value is null || value.Length > 256)
            {
                return Length($"subject.dimensions.{Shorten(key)}", value, 0, 256, required: true);
            }
        }

        return null;
    }

    private static ValidationFinding Missing(string field) => new(field, "is required");

    /// <summary>Bad input is quoted, but never by the kilobyte.</summary>
    private static string Shorten(string value) => value.Length <= 40 ? value : $"{value.AsSpan(0, 40)}...";
}
