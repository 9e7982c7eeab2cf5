namespace Cycles.Extensions.AI;

/// <summary>Puts a run into the subjects of its calls.</summary>
internal sealed class RunSubject(string id, Subject? own, RunSubject? around)
{
    /// <summary>What reservations of a run are found by.</summary>
    private const string Dimension = "run";

    /// <summary>As many as the protocol takes (schema Subject, dimensions).</summary>
    private const int MostDimensions = 16;

    private readonly Subject? _defaults = own?.FilledFrom(around?._defaults) ?? around?._defaults;
    private readonly Subject _ofRun = new() { Dimensions = new Dictionary<string, string> { [Dimension] = id } };

    /// <summary>Whether a run's id has no place beside so many dimensions.</summary>
    public static bool IsFull(IReadOnlyDictionary<string, string> dimensions) =>
        dimensions.Count >= MostDimensions && !dimensions.ContainsKey(Dimension);

    /// <exception cref="ArgumentException">It has as many dimensions as the protocol takes.</exception>
    public Subject Of(Subject? given)
    {
        var subject = given?.FilledFrom(_defaults) ?? _defaults;
        return subject is null ? _ofRun
            : subject.Dimensions is null ? subject with { Dimensions = _ofRun.Dimensions }
            : IsFull(subject.Dimensions) ? throw Full()
            : subject with { Dimensions = new Dictionary<string, string>(subject.Dimensions) { [Dimension] = id } };
    }

    public static ArgumentException Full() =>
        new(
            $"The subject has {MostDimensions} dimensions, which is all that the protocol takes, and a run's calls need '{Dimension}' for its id. Leave one out."
        );
}
