namespace Cycles.Extensions.AI;

/// <summary>One line of a table: a model or a pattern with its price, or another name for a model.</summary>
internal readonly record struct PriceEntry(string Model, ModelPrice? Price, string? AliasOf)
{
    public PriceEntry(string model, ModelPrice price)
        : this(model, price, AliasOf: null) { }

    public static PriceEntry Alias(string alias, string model) => new(alias, Price: null, model);
}
