using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Cycles.Extensions.AI;

/// <summary>Reads prices from text. What can't be read is a <see cref="FormatException"/> that names it.</summary>
internal static class PriceReader
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public static IReadOnlyList<PriceEntry> Read(IConfiguration section) =>
        [
            .. section
                .GetChildren()
                .SelectMany(item =>
                    Item(
                        item.Path,
                        name => item[name],
                        item.GetSection("Aliases").GetChildren().Select(alias => alias.Value)
                    )
                ),
        ];

    public static (IReadOnlyList<PriceEntry> Entries, DateOnly? AsOf) Read(Stream json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (Member(document.RootElement, "prices") is not { ValueKind: JsonValueKind.Array } prices)
            {
                throw new FormatException("Prices in JSON are an object with a list named 'prices'.");
            }

            return (
                [.. prices.EnumerateArray().SelectMany((item, index) => Item($"prices[{index}]", item))],
                AsOf(document.RootElement)
            );
        }
        catch (JsonException e)
        {
            throw new FormatException($"The prices are not JSON: {e.Message}", e);
        }
    }

    private static PriceEntry[] Item(string where, JsonElement item) =>
        Item(
            where,
            name => Member(item, name)?.ToString(),
            Member(item, "Aliases") is { ValueKind: JsonValueKind.Array } aliases
                ? aliases.EnumerateArray().Select(alias => alias.ToString())
                : []
        );

    private static PriceEntry[] Item(string where, Func<string, string?> text, IEnumerable<string?> aliases)
    {
        if (text("Model") is not { } model || string.IsNullOrWhiteSpace(model))
        {
            throw new FormatException($"{where} names no Model.");
        }

        var input = Price("InputUsdPerMillion") ?? throw Missing("InputUsdPerMillion");
        var output = Price("OutputUsdPerMillion") ?? throw Missing("OutputUsdPerMillion");
        try
        {
            var price = new ModelPrice(input, output, Price("CachedInputUsdPerMillion"));
            return
            [
                new PriceEntry(model, price),
                .. aliases
                    .Where(alias => !string.IsNullOrWhiteSpace(alias))
                    .Select(alias => new PriceEntry(alias!, price)),
            ];
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new FormatException($"{where} ({model}): {e.Message}", e);
        }

        decimal? Price(string name) =>
            text(name) is not { } value || string.IsNullOrWhiteSpace(value) ? null
            : decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException($"{where} ({model}): {name} must be a number but was '{value}'.");

        FormatException Missing(string name) => new($"{where} ({model}) has no {name}; 0 is a price too.");
    }

    private static DateOnly? AsOf(JsonElement root) =>
        Member(root, "asOf")?.ToString() is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
        : throw new FormatException($"asOf must be a date such as 2026-01-31 but was '{text}'.");

    /// <summary>Names as a configuration takes them: in any case. Null is absence.</summary>
    private static JsonElement? Member(JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (
                    string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)
                    && member.Value.ValueKind != JsonValueKind.Null
                )
                {
                    return member.Value;
                }
            }
        }

        return null;
    }
}
