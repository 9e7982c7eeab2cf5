namespace Cycles.Extensions.AI.Tests.Tools;

/// <summary>An argument that nobody may look at.</summary>
internal sealed class Picky
{
    public string Text
    {
        get => field ?? throw new FormatException("Not to be written.");
        init;
    }

    public override string ToString() => Text;
}
