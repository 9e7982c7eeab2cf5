using System.Text.Json;

namespace Cycles.Client.Tests;

/// <summary>One member of a schema.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Check">Says what is wrong with a value; null when nothing is.</param>
/// <param name="Required">Whether it has to be there.</param>
public sealed record WireField(string Name, Func<JsonElement, string?> Check, bool Required = false);
