using System.Globalization;
using Cycles;

// A process of its own for tests of what outlives one: replay <url> <api key> <tenant> <journal folder>.
// It says that it is ready, waits for a line, so that several begin at once, and says what it settled.
if (args is not ["replay", var url, var key, var tenant, var folder])
{
    await Console.Error.WriteLineAsync("replay <url> <api key> <tenant> <journal folder>");
    return 2;
}

Console.WriteLine("ready");
await Console.In.ReadLineAsync();
await using var client = new CyclesClient(
    new Uri(url),
    key,
    new()
    {
        Subject = new() { Tenant = tenant },
        JournalDirectory = folder,
        OnSpendUnrecorded = spend => Console.Error.WriteLine($"unrecorded: {spend}"),
    }
);
var flush = await client.FlushAsync(TimeSpan.FromSeconds(60));
Console.WriteLine(
    string.Create(
        CultureInfo.InvariantCulture,
        $"settled {flush.Settled} replayed {flush.Replayed} rejected {flush.Rejected} pending {flush.Pending}"
    )
);
return flush is { Rejected: 0, Pending: 0 } ? 0 : 1;
