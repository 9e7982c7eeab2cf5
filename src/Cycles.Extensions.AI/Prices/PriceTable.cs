using Microsoft.Extensions.Configuration;

namespace Cycles.Extensions.AI;

/// <summary>What models cost, by name, by alias and by pattern: from code, from a configuration, from a JSON file.</summary>
/// <remarks>
/// <para>
/// A name is looked up exactly, then as an alias, then by pattern, where <c>*</c> stands for any run of characters and
/// the pattern with the most other characters wins. Names are case-sensitive. Of two prices for one name the one that
/// was added later counts.
/// </para>
/// <para>
/// A model that is asked for has no price but these: a dated version may cost more than the name without the date. A
/// version that answers for it (<c>gpt-4o-2024-08-06</c> for <c>gpt-4o</c>) costs what it has by name, else what its name
/// costs without the date or number; another model (<c>gpt-4o-mini</c>) costs its own.
/// </para>
/// <para>
/// A model without a price never costs nothing: <see cref="CyclesModelOptions.UnpricedModels"/> says what happens.
/// </para>
/// <para>Thread-safe, and it may change at any time: a call that has begun keeps the price that it began with.</para>
/// </remarks>
public sealed class PriceTable
{
    private readonly object _gate = new();

    /// <summary>Every entry with what brought it, null for code; in the order in which they count.</summary>
    private readonly List<(object? Source, PriceEntry Entry)> _entries = [];

    /// <summary>Looked at when prices are asked for: registered there, the table would live as long as the configuration.</summary>
    private volatile LoadedSection[] _sections = [];

    private volatile PriceList _list = PriceList.Empty;

    /// <summary>
    /// A table to try things with: list prices of some well-known models as of <see cref="AsOf"/>. An example, which
    /// nobody keeps up to date; take your own prices from your provider.
    /// </summary>
    /// <returns>A new table, yours to change.</returns>
    public static PriceTable Example()
    {
        using var stream = typeof(PriceTable).Assembly.GetManifestResourceStream(
            "Cycles.Extensions.AI.example-prices.json"
        )!;
        var table = new PriceTable();
        table.LoadJson(stream);
        return table;
    }

    /// <summary>The date that the JSON loaded last says its prices are of; null when none says so.</summary>
    public DateOnly? AsOf { get; private set; }

    /// <summary>
    /// Why the last change of a configuration could not be read; null when all is well. The prices read before stay
    /// until it can be.
    /// </summary>
    public Exception? ReloadError
    {
        get
        {
            Refresh();
            return Array.Find(_sections, section => section.Error is not null)?.Error;
        }
    }

    internal PriceList Current
    {
        get
        {
            Refresh();
            return _list;
        }
    }

    /// <summary>Adds a price, in place of an earlier one for the same name.</summary>
    /// <param name="model">The model as calls name it, or a pattern such as <c>claude-*</c>; not empty.</param>
    /// <param name="inputUsdPerMillion">US dollars for a million input tokens, 0 to 1,000,000.</param>
    /// <param name="outputUsdPerMillion">US dollars for a million output tokens, 0 to 1,000,000.</param>
    /// <param name="cachedInputUsdPerMillion">
    /// US dollars for a million input tokens read from a cache, 0 to 1,000,000; null for the same as any input.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="model"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A price is out of range.</exception>
    public void Add(
        string model,
        decimal inputUsdPerMillion,
        decimal outputUsdPerMillion,
        decimal? cachedInputUsdPerMillion = null
    ) => Add(model, new ModelPrice(inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion));

    /// <summary>Adds a price, in place of an earlier one for the same name.</summary>
    /// <param name="model">The model as calls name it, or a pattern such as <c>claude-*</c>; not empty.</param>
    /// <param name="price">What it costs.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> is empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="price"/> is null.</exception>
    public void Add(string model, ModelPrice price)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(price);
        Append(new PriceEntry(model, price));
    }

    /// <summary>Lets another name, of a deployment for example, cost what a model costs.</summary>
    /// <param name="alias">The other name; not empty, no pattern.</param>
    /// <param name="model">A model that has a price by name or by pattern, now or later; not an alias itself.</param>
    /// <exception cref="ArgumentException">A name is empty, or <paramref name="alias"/> is a pattern.</exception>
    public void AddAlias(string alias, string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (Glob.IsPattern(alias))
        {
            throw new ArgumentException(
                $"An alias is no pattern, but was '{alias}'. Add a price for the pattern.",
                nameof(alias)
            );
        }

        Append(PriceEntry.Alias(alias, model));
    }

    /// <summary>
    /// Takes the prices of a configuration section, and whenever it has changed takes them again before their next use: a
    /// list of items with <c>Model</c>, <c>InputUsdPerMillion</c>, <c>OutputUsdPerMillion</c> and, if wanted,
    /// <c>CachedInputUsdPerMillion</c> and <c>Aliases</c>.
    /// </summary>
    /// <remarks>
    /// What a changed configuration no longer has is forgotten. One that can't be read changes nothing and is told in
    /// <see cref="ReloadError"/>, and in the log of every guard that uses the table.
    /// </remarks>
    /// <param name="section">The section that holds the list.</param>
    /// <exception cref="FormatException">An item can't be read; the message names it.</exception>
    public void Load(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        lock (_gate)
        {
            var loaded = new LoadedSection(section, section.GetReloadToken());
            Replace(section, PriceReader.Read(section));
            _sections = [.. _sections.Where(other => other.Section != section), loaded];
        }
    }

    /// <summary>
    /// Takes the prices of a JSON file: an object with <c>prices</c>, a list of objects with <c>model</c>,
    /// <c>inputUsdPerMillion</c>, <c>outputUsdPerMillion</c> and, if wanted, <c>cachedInputUsdPerMillion</c> and
    /// <c>aliases</c>, and with <c>asOf</c>, a date, if wanted. Loading the same path again replaces what it brought.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It can't be read as prices; the message names what. Nothing has changed.</exception>
    /// <exception cref="IOException">The file can't be read. Nothing has changed.</exception>
    public void LoadJson(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var stream = File.OpenRead(path);
        LoadJson(stream, Path.GetFullPath(path));
    }

    /// <summary>Takes prices from JSON as <see cref="LoadJson(string)"/> does; each call adds to what is there.</summary>
    /// <param name="json">The JSON, in UTF-8. Stays the caller's.</param>
    /// <exception cref="FormatException">It can't be read as prices; the message names what. Nothing has changed.</exception>
    public void LoadJson(Stream json)
    {
        ArgumentNullException.ThrowIfNull(json);
        LoadJson(json, source: new object());
    }

    /// <summary>The price of a model.</summary>
    /// <param name="model">The model as calls name it.</param>
    /// <returns>Its price; null when it has none.</returns>
    public ModelPrice? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Current.Find(model);
    }

    private void LoadJson(Stream json, object source)
    {
        var (entries, asOf) = PriceReader.Read(json);
        Replace(source, entries);
        AsOf = asOf ?? AsOf;
    }

    private void Refresh()
    {
        if (Array.Exists(_sections, section => section.HasChanged))
        {
            lock (_gate)
            {
                _sections = Array.ConvertAll(_sections, section => section.HasChanged ? Reloaded(section) : section);
            }
        }
    }

    private LoadedSection Reloaded(LoadedSection old)
    {
        var section = old.Section;
        var loaded = new LoadedSection(section, section.GetReloadToken());
        try
        {
            Replace(section, PriceReader.Read(section));
            return loaded;
        }
        catch (Exception e)
        {
            return loaded with { Error = e };
        }
    }

    private void Append(PriceEntry entry)
    {
        lock (_gate)
        {
            _entries.Add((null, entry));
            _list = new PriceList(_entries.Select(pair => pair.Entry));
        }
    }

    /// <summary>What a source brings stands where it stood before, so that a reload overrides nothing new.</summary>
    private void Replace(object source, IReadOnlyList<PriceEntry> entries)
    {
        lock (_gate)
        {
            var place = _entries.FindIndex(pair => source.Equals(pair.Source));
            _entries.RemoveAll(pair => source.Equals(pair.Source));
            _entries.InsertRange(place < 0 ? _entries.Count : place, entries.Select(entry => ((object?)source, entry)));
            _list = new PriceList(_entries.Select(pair => pair.Entry));
        }
    }
}
