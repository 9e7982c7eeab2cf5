namespace Cycles.Client.Tests;

/// <summary>Says which scenario of the recovery profile a test is part of; NUnit's property <c>Recovery</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecoveryAttribute(string scenario) : PropertyAttribute(scenario)
{
    public string Scenario { get; } = scenario;
}
