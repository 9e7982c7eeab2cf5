using Microsoft.SemanticKernel;
using SemanticKernelAgent;

if (args.Length > 0)
{
    Console.WriteLine(
        "Lets a Semantic Kernel agent work on a complaint: guarded, denied, and streamed. Takes no options."
    );
    return args is ["--help" or "-h"] ? 0 : 2;
}

const string Complaint = "Where is my order 4711? I am furious.";
string[] plan = ["Crm_find_order", "Crm_update_status", "Crm_issue_credit"];
var scene = new Scene(Console.Out);

await scene.PlayAsync("Guarded", points: 100, plan, AnswerAsync);
Console.WriteLine();
await scene.PlayAsync("Denied", points: 50, plan, AnswerAsync);
Console.WriteLine();
await scene.PlayAsync("Streamed", points: 50, plan: [], StreamAsync);
return 0;

async Task AnswerAsync(Kernel kernel)
{
    var settings = new PromptExecutionSettings { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
    var answer = await kernel.InvokePromptAsync(Complaint, new(settings));
    Console.WriteLine($"  \"{answer}\"");
}

async Task StreamAsync(Kernel kernel)
{
    await foreach (var word in kernel.InvokePromptStreamingAsync<string>(Complaint).Where(word => word.Length > 0))
    {
        Console.WriteLine($"  model says {word}");
    }

    // The reader stops early; the function ran, and costs what was held for it.
    await foreach (
        var entry in kernel.InvokeStreamingAsync<string>("Crm", "read_history", new() { ["order"] = "4711" })
    )
    {
        Console.WriteLine($"  Crm.read_history: {entry}");
        if (entry.EndsWith("paid", StringComparison.Ordinal))
        {
            break;
        }
    }
}
