using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>
/// An authority behind a real Kestrel on a free port. Whatever it answers is held against what holds for every answer.
/// </summary>
internal sealed class TestHost : IAsyncDisposable
{
    public const string AcmeKey = "cyc_acme";
    public const string GlobexKey = "cyc_globex";
    public const string AdminKey = "admin_test";

    private readonly WebApplication _application;

    private TestHost(WebApplication application, EmbeddedAuthority authority, FakeTimeProvider clock, Uri address)
    {
        _application = application;
        Authority = authority;
        Clock = clock;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = address,
        };
    }

    public EmbeddedAuthority Authority { get; }

    public FakeTimeProvider Clock { get; }

    public HttpClient Http { get; }

    public FakeLogCollector Log => _application.Services.GetRequiredService<FakeLogCollector>();

    /// <summary>What the endpoints themselves logged under one event id.</summary>
    public IReadOnlyList<FakeLogRecord> LogOf(int eventId) =>
        [.. Log.GetSnapshot().Where(record => record.Category == "Cycles.Authority.Http" && record.Id.Id == eventId)];

    public static async Task<TestHost> StartAsync(
        Action<CyclesAuthorityEndpointOptions>? configure = null,
        Action<WebApplication>? more = null,
        FakeTimeProvider? clock = null
    )
    {
        clock ??= new FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
        var options = EmbeddedAuthorityOptions.ForRemoteClients();
        options.TimeProvider = clock;
        var authority = new EmbeddedAuthority(options);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1);
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddFakeLogging();
        var application = builder.Build();
        application.MapCyclesAuthority(
            authority,
            endpoints =>
            {
                endpoints.ApiKeys.Add(AcmeKey, "acme");
                endpoints.ApiKeys.Add(GlobexKey, "globex");
                endpoints.AdminKey = AdminKey;
                configure?.Invoke(endpoints);
            }
        );
        more?.Invoke(application);
        await application.StartAsync();
        return new TestHost(application, authority, clock, new Uri(application.Urls.Single()));
    }

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Reply> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonBody(json), headers);

    public static HttpContent JsonBody(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    /// <summary>Sends as acme, unless the headers hold a key or an empty one for none at all.</summary>
    public async Task<Reply> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        params (string Name, string Value)[] headers
    )
    {
        var uri = new Uri(
            $"{Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        using var request = new HttpRequestMessage(method, uri) { Content = content };
        (string Name, string Value)[] own = headers.Any(header =>
            header.Name.EndsWith("API-Key", StringComparison.Ordinal)
        )
            ? headers
            : [("X-Cycles-API-Key", AcmeKey), .. headers];
        foreach (var (name, value) in own.Where(header => header.Value.Length > 0))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var reply = new Reply(response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync());
        AnswerRules.Check(method, response, reply);
        return reply;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.DisposeAsync();
    }
}
