using Cycles.Authority.Tests;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>A live server, where the environment names one.</summary>
public sealed class LiveConformance() : AuthorityConformance(() => new LiveBackend())
{
    [OneTimeSetUp]
    public static void SkipWithoutServer()
    {
        if (LiveBackend.Missing is { } reason)
        {
            Assert.Ignore(reason);
        }
    }
}
