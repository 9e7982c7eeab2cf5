using System.Collections.Frozen;

namespace Cycles.Extensions.AI;

/// <summary>A table as it is at one moment, made for looking up. Immutable.</summary>
internal sealed class PriceList
{
    public static readonly PriceList Empty = new([]);

    private readonly FrozenDictionary<string, PriceEntry> _names;
    private readonly PriceEntry[] _patterns;

    /// <param name="entries">Of two for the same name the later one counts.</param>
    public PriceList(IEnumerable<PriceEntry> entries)
    {
        var latest = new Dictionary<string, PriceEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            latest[entry.Model] = entry;
        }

        _names = latest.Where(pair => !Glob.IsPattern(pair.Key)).ToFrozenDictionary(StringComparer.Ordinal);

        // What says more about a name is asked first: gpt-4o-mini* before gpt-4o*.
        _patterns =
        [
            .. latest
                .Values.Where(entry => Glob.IsPattern(entry.Model))
                .OrderByDescending(entry => entry.Model.Count(character => character != '*'))
                .ThenBy(entry => entry.Model, StringComparer.Ordinal),
        ];
        Highest = HighestOf(latest.Values);
    }

    /// <summary>The highest of each price; null when there is none, or all are free.</summary>
    public ModelPrice? Highest { get; }

    /// <summary>By name, then by alias, then by the pattern that says most.</summary>
    public ModelPrice? Find(string model) => FindName(model) ?? FindPattern(model);

    /// <summary>
    /// The price of what answered: its own by name, else that of the name nearest to it that it is a version of
    /// (<c>gpt-4o-2024-08-06</c>), listed or asked for, else its own by pattern, else that of the model that was asked.
    /// </summary>
    public ModelPrice? Find(string asked, string? answered)
    {
        for (var name = answered; name is not null; name = ModelVersion.Without(name))
        {
            if (((ModelVersion.AreSame(name, asked) ? Find(asked) : null) ?? FindName(name)) is { } price)
            {
                return price;
            }
        }

        // A name that only leaves the version out that was asked for is no other model either.
        return answered is null || ModelVersion.IsVersionOf(answered, asked)
            ? Find(asked)
            : FindPattern(answered) ?? Find(asked);
    }

    /// <summary>Without patterns, save for what an alias stands for.</summary>
    private ModelPrice? FindName(string model) =>
        !_names.TryGetValue(model, out var entry) ? null
        : entry.AliasOf is not { } target ? entry.Price
        // An alias of an alias is not followed, so there is no circle to run in.
        : _names.TryGetValue(target, out var aliased) && aliased.Price is { } price ? price
        : FindPattern(target);

    private ModelPrice? FindPattern(string model)
    {
        foreach (var entry in _patterns)
        {
            if (Glob.IsMatch(entry.Model, model))
            {
                return entry.Price;
            }
        }

        return null;
    }

    private static ModelPrice? HighestOf(IEnumerable<PriceEntry> entries)
    {
        ModelPrice? highest = null;
        foreach (var price in entries.Select(entry => entry.Price).OfType<ModelPrice>())
        {
            highest = highest is null
                ? price
                : new ModelPrice(
                    Math.Max(highest.InputUsdPerMillion, price.InputUsdPerMillion),
                    Math.Max(highest.OutputUsdPerMillion, price.OutputUsdPerMillion),
                    Math.Max(highest.CachedInputUsdPerMillion, price.CachedInputUsdPerMillion)
                );
        }

        return highest is { InputUsdPerMillion: 0, CachedInputUsdPerMillion: 0, OutputUsdPerMillion: 0 }
            ? null
            : highest;
    }
}
