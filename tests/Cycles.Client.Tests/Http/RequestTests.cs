using System.Diagnostics;
using System.Text;

namespace Cycles.Client.Tests;

/// <summary>What goes out. The server checks every request against the protocol besides.</summary>
public sealed class RequestTests
{
    [Test]
    public async Task Every_operation_has_its_method_path_key_and_body()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        foreach (var (_, send) in Seam.Posts.Concat(Seam.Gets))
        {
            Assert.That((await send(seam.Authority, default)).Value, Is.Not.Null);
        }

        string[] expected =
        [
            """POST /v1/decide {"idempotency_key":"k","subject":{"tenant":"acme"},"action":{"kind":"llm.completion","name":"gpt-4o"},"estimate":{"unit":"TOKENS","amount":10}}""",
            """POST /v1/reservations {"idempotency_key":"k","subject":{"tenant":"acme"},"action":{"kind":"llm.completion","name":"gpt-4o"},"estimate":{"unit":"TOKENS","amount":10}}""",
            """POST /v1/reservations/rsv_1/commit {"idempotency_key":"k","actual":{"unit":"TOKENS","amount":7}}""",
            """POST /v1/reservations/rsv_1/release {"idempotency_key":"k"}""",
            """POST /v1/reservations/rsv_1/extend {"idempotency_key":"k","extend_by_ms":1}""",
            """POST /v1/events {"idempotency_key":"k","subject":{"tenant":"acme"},"action":{"kind":"llm.completion","name":"gpt-4o"},"actual":{"unit":"TOKENS","amount":7}}""",
            "GET /v1/reservations/rsv_1 ",
            "GET /v1/reservations ",
            "GET /v1/balances?tenant=acme ",
        ];
        Assert.That(
            server.Requests.Select(request =>
                $"{request.Method} {request.Target} {Encoding.UTF8.GetString(request.Body)}"
            ),
            Is.EqualTo(expected)
        );
        Assert.Multiple(() =>
        {
            foreach (var request in server.Requests)
            {
                Assert.That(request.Header("X-Cycles-API-Key"), Is.EqualTo(Seam.Key));
                Assert.That(request.Header("X-Idempotency-Key"), Is.EqualTo(request.Method == "POST" ? "k" : null));
                Assert.That(
                    request.Header("User-Agent"),
                    Does.Match(@"^cycles-client-dotnet/\d+\.\d+\.\d+\S* \(\.NET ")
                );
            }
        });
    }

    [TestCase("", "/v1/decide")]
    [TestCase("/", "/v1/decide")]
    [TestCase("/budget", "/budget/v1/decide")]
    [TestCase("/budget/eu/", "/budget/eu/v1/decide")]
    public async Task A_base_address_may_have_a_path_and_a_slash(string path, string target)
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(new Uri(server.Url.ToString().TrimEnd('/') + path));
        await seam.Authority.DecideAsync(Seam.Decide);
        Assert.That(server.Request.Target, Is.EqualTo(target));
    }

    [TestCase("rsv/../x", "rsv%2F..%2Fx")]
    [TestCase("a b?c#d%e", "a%20b%3Fc%23d%25e")]
    [TestCase("\u00fc\\", "%C3%BC%5C")]
    [TestCase("...", "...")]
    public async Task An_id_stays_one_segment(string id, string segment)
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        await seam.Authority.CommitReservationAsync(id, Seam.Commit);
        Assert.That(server.Request.Target, Is.EqualTo($"/v1/reservations/{segment}/commit"));
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    public void An_id_that_would_lead_elsewhere_is_not_sent(string id)
    {
        using var seam = Seam.Open(new Uri("http://127.0.0.1:1"));
        Assert.That(async () => await seam.Authority.GetReservationAsync(id), Throws.ArgumentException);
    }

    [Test]
    public async Task A_list_query_is_written_in_full()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        var at = new DateTimeOffset(2026, 4, 12, 14, 0, 0, 250, TimeSpan.FromHours(2));
        await seam.Authority.ListReservationsAsync(
            new ReservationListQuery
            {
                Subject = new()
                {
                    Tenant = "acme",
                    Workspace = "w",
                    App = "a",
                    Workflow = "f",
                    Agent = "b",
                    Toolset = "t",
                },
                Status = ReservationStatus.Active,
                IdempotencyKey = "k&=+ \u00fc",
                From = at,
                To = at.AddSeconds(1),
                ExpiresFrom = at,
                ExpiresTo = at,
                FinalizedFrom = at,
                FinalizedTo = at,
                SortBy = ReservationSortKey.CreatedAt,
                SortDirection = SortDirection.Ascending,
                Include =
                    ReservationIncludes.Metadata | ReservationIncludes.CommittedMetadata | ReservationIncludes.Evidence,
                Limit = 200,
                Cursor = "c/1",
            }
        );
        const string Time = "2026-04-12T12%3A00%3A00.25Z";
        Assert.That(
            server.Request.Target,
            Is.EqualTo(
                "/v1/reservations?tenant=acme&workspace=w&app=a&workflow=f&agent=b&toolset=t&status=ACTIVE"
                    + $"&idempotency_key=k%26%3D%2B%20%C3%BC&from={Time}&to=2026-04-12T12%3A00%3A01.25Z"
                    + $"&expires_from={Time}&expires_to={Time}&finalized_from={Time}&finalized_to={Time}"
                    + "&sort_by=created_at_ms&sort_dir=asc&include=metadata%2Ccommitted_metadata%2Cevidence"
                    + "&limit=200&cursor=c%2F1"
            )
        );
    }

    [Test]
    public async Task Every_name_that_a_list_knows_is_one_of_the_protocol()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        foreach (var key in Enum.GetValues<ReservationSortKey>())
        {
            await seam.Authority.ListReservationsAsync(new() { SortBy = key });
        }

        foreach (var status in Enum.GetValues<ReservationStatus>().Where(s => s != ReservationStatus.Unknown))
        {
            await seam.Authority.ListReservationsAsync(new() { Status = status });
        }

        foreach (var way in Enum.GetValues<SortDirection>())
        {
            await seam.Authority.ListReservationsAsync(new() { SortDirection = way });
        }

        Assert.That(server.Requests, Has.Count.EqualTo(13));
    }

    [Test]
    public async Task A_balance_query_is_written_in_full()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        await seam.Authority.GetBalancesAsync(
            new()
            {
                Subject = new() { App = "a", Agent = "b" },
                IncludeChildren = true,
                Limit = 1,
                Cursor = "c",
            }
        );
        Assert.That(
            server.Request.Target,
            Is.EqualTo("/v1/balances?app=a&agent=b&include_children=true&limit=1&cursor=c")
        );
    }

    [TestCase("plain key", "plain key")]
    [TestCase(" blank", null)]
    [TestCase("two\r\nlines", null)]
    [TestCase("\u00fcber", null)]
    public async Task A_key_that_no_header_can_hold_stays_in_the_body(string key, string? header)
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        await seam.Authority.ReleaseReservationAsync("rsv_1", Seam.Release with { IdempotencyKey = key });
        Assert.That(server.Request.Header("X-Idempotency-Key"), Is.EqualTo(header));
    }

    [Test]
    [NonParallelizable] // A listener makes HttpClient trace in all of the process.
    public async Task The_trace_of_the_caller_goes_along_once()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);

        // With a listener on all sources HttpClient's own propagation is on.
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "System.Net.Http" or "",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        await seam.Authority.DecideAsync(Seam.Decide);
        activity.Stop();

        Assert.That(server.Request.Headers["traceparent"], Is.EqualTo(new[] { activity.Id }));
        Assert.That(server.Request.Header("X-Cycles-Trace-Id"), Is.EqualTo(activity.TraceId.ToHexString()));
    }

    [Test]
    [NonParallelizable] // A listener makes HttpClient trace in all of the process.
    public async Task Without_a_trace_there_is_no_header()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var seam = Seam.Open(server.Url);
        Activity.Current = null;
        await seam.Authority.DecideAsync(Seam.Decide);
        Assert.That(server.Request.Headers.Keys, Has.None.EqualTo("traceparent").And.None.EqualTo("X-Cycles-Trace-Id"));
    }
}
