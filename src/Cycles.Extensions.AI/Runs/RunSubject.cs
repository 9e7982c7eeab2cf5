namespace Cycles.Extensions.AI;

/// <summary>Puts a run into the subjects of its calls.</summary>
internal sealed class RunSubject(string id, Subject? defaults)
{
    /// <summary>What reservations of a run are found by.</summary>
    private const string Dimension = "run";

    /// <summary>As many as the protocol takes (schema Subject, dimensions).</summary>
    private const int MostDimensions = 16;

    private readonly Subject _ofRun = new() { Dimensions = new Dictionary<string, string> { [Dimension] = id } };

    public Subject Of(Subject? given)
    {
        var subject = given?.FilledFrom(defaults) ?? defaults;
        return subject is null ? _ofRun
            : subject.Dimensions is null ? subject with { Dimensions = _ofRun.Dimensions }
            : subject.Dimensions.Count >= MostDimensions ? subject
            : subject with { Dimensions = new Dictionary<string, string>(subject.Dimensions) { [Dimension] = id } };
    }
}
