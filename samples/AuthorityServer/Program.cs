using System.Text;
using AuthorityServer;
using Cycles.Authority;

ServerOptions options;
EmbeddedAuthority authority;
try
{
    options = ServerOptions.Parse(args);
    authority = Ledger.Create(options);
}
catch (FormatException mistake)
{
    Console.Error.WriteLine(mistake.Message);
    Console.Error.WriteLine("Try --help.");
    return 2;
}

if (options.WantsHelp)
{
    Console.WriteLine(ServerOptions.Help);
    return 0;
}

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(options.Urls);

// Node.js sends header values in Latin-1, others in UTF-8; read so, every byte of an idempotency key arrives.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1);

// Standard output is for people; the audit log and what goes wrong go to standard error.
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console =>
    console.LogToStandardErrorThreshold = LogLevel.Trace
);

// A start that fails is told in one line below, not with a stack trace here.
var isUp = false;
builder
    .Logging.AddFilter("Microsoft", LogLevel.Warning)
    .AddFilter("Microsoft.Extensions.Hosting", level => isUp && level >= LogLevel.Warning);
builder.Services.AddSingleton(authority);
builder.Services.AddHostedService<Sweeper>();

await using var app = builder.Build();
app.MapCyclesAuthority(endpoints =>
{
    endpoints.AdminKey = options.AdminKey;
    for (var i = 0; i < options.Keys.Count; i++)
    {
        endpoints.ApiKeys.Add(options.Keys[i], options.Tenants[i]);
    }
});

try
{
    await app.StartAsync();
}
catch (Exception problem)
{
    // Taken, not of this machine, not allowed, not supported: each has a type of its own, and nothing else starts here.
    Console.Error.WriteLine($"Cannot listen on {options.Urls}: {problem.Message}");
    return 1;
}

isUp = true;
Welcome.Print(Console.Out, options, app.Urls);
await app.WaitForShutdownAsync();
Console.WriteLine("Stopped.");
return 0;
