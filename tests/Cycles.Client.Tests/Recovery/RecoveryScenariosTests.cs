using System.Reflection;

namespace Cycles.Client.Tests;

/// <summary>The scenarios and the tests that stand for them.</summary>
public sealed class RecoveryScenariosTests
{
    [Test]
    public void Each_scenario_has_a_test_and_each_tag_is_a_scenario() =>
        Assert.That(
            typeof(RecoveryScenarios)
                .Assembly.GetTypes()
                .SelectMany(type => type.GetMethods())
                .SelectMany(method => method.GetCustomAttributes<RecoveryAttribute>())
                .Select(attribute => attribute.Scenario)
                .Distinct(),
            Is.EquivalentTo(RecoveryScenarios.All)
        );
}
