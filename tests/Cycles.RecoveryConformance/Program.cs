using System.Text.Json;
using Cycles.Client.Tests;
using Cycles.RecoveryConformance;

// An adapter of the protocol's recovery profile: the last argument is a scenario's id, standard input has the scenario, and
// standard output gets what its tests came to. --list prints the ids; --run runs the tests, and is for the adapter itself.
switch (args)
{
    case ["--list"]:
        Console.WriteLine(string.Join('\n', RecoveryScenarios.All));
        return 0;
    case ["--run", var scenario, var path]:
        NativeTests.Run(scenario, path);
        return 0;
    case [.., var scenario] when RecoveryScenarios.All.Contains(scenario):
        return await AnswerAsync(scenario);
    default:
        await Console.Error.WriteLineAsync(
            $"The last argument has to be a scenario: {string.Join(", ", RecoveryScenarios.All)}."
        );
        return 2;
}

static async Task<int> AnswerAsync(string scenario)
{
    if (ScenarioInput.Problem(await Console.In.ReadToEndAsync(), scenario) is { } problem)
    {
        await Console.Error.WriteLineAsync(problem);
        return 2;
    }

    var result = await TestProcess.RunAsync(scenario);
    Console.WriteLine(JsonSerializer.Serialize(result, ResultJson.Default.ScenarioResult));
    return 0;
}
