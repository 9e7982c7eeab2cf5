namespace Cycles.Authority.Tests;

public sealed class ReplayKeyTests
{
    private const string Uuid = "9f3c1f2e-8a55-4b0f-a3f1-0e6f2a9d7c44";

    [TestCase(Uuid)]
    [TestCase("9F3C1F2E-8A55-4B0F-A3F1-0E6F2A9D7C44")]
    [TestCase("00000000-0000-0000-0000-000000000000")]
    [TestCase("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [TestCase("{9f3c1f2e-8a55-4b0f-a3f1-0e6f2a9d7c4}")]
    [TestCase("any text")]
    public void It_comes_back_letter_by_letter(string key)
    {
        var kept = new ReplayKey(key);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(kept.ToString(), Is.EqualTo(key));
            Assert.That(kept.Equals(new ReplayKey(new string(key))), Is.True);
            Assert.That(kept.GetHashCode(), Is.EqualTo(new ReplayKey(new string(key)).GetHashCode()));
            Assert.That(kept.Equals(default), Is.False, "an unset key is none");
        }
    }

    [TestCase("9F3C1F2E-8A55-4B0F-A3F1-0E6F2A9D7C44")]
    [TestCase("9f3c1f2e8a554b0fa3f10e6f2a9d7c44")]
    [TestCase("9f3c1f2e-8a55-4b0f-a3f1-0e6f2a9d7c45")]
    public void Another_spelling_is_another_key(string other) =>
        Assert.That(new ReplayKey(other).Equals(new ReplayKey(Uuid)), Is.False);
}
