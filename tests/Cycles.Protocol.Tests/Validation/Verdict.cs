namespace Cycles.Protocol.Tests;

/// <summary>What a validation must say.</summary>
internal static class Verdict
{
    public static void Accepts(params IEnumerable<ValidationFinding?> findings) => Assert.That(findings, Is.All.Null);

    /// <summary>The finding names the field, and its one sentence holds every part given.</summary>
    public static void Refuses(ValidationFinding? finding, string field, params IEnumerable<string> says)
    {
        Assert.That(finding, Is.Not.Null, $"{field} was accepted");
        Assert.That(finding!.Field, Is.EqualTo(field));
        var sentence = finding.ToString();
        Assert.That(sentence, Does.StartWith(field + " ").And.EndWith("."));
        foreach (var part in says)
        {
            Assert.That(sentence, Does.Contain(part));
        }
    }
}
