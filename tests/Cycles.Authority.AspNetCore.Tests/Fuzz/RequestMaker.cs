using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Makes requests that the protocol's schemas accept, of all operations and of two tenants.</summary>
internal sealed class RequestMaker(Random random)
{
    private static readonly string[] Units = ["USD_MICROCENTS", "TOKENS", "CREDITS"];
    private static readonly string[] Policies = ["REJECT", "ALLOW_IF_AVAILABLE", "ALLOW_WITH_OVERDRAFT"];
    private static readonly string[] Statuses = ["ACTIVE", "COMMITTED", "RELEASED", "EXPIRED"];
    private static readonly string[] SortKeys =
    [
        "reservation_id",
        "tenant",
        "scope_path",
        "status",
        "reserved",
        "created_at_ms",
        "expires_at_ms",
    ];

    private readonly List<string> _ids = ["rsv_unknown"];
    private int _keys;

    /// <summary>Remembers a reservation that later requests may be about.</summary>
    public void Know(string id) => _ids.Add(id);

    public FuzzRequest Next()
    {
        var tenant = random.Next(4) == 0 ? "globex" : "acme";
        (string, string) key = ("X-Cycles-API-Key", tenant == "acme" ? TestHost.AcmeKey : TestHost.GlobexKey);
        (string, string) admin = ("X-Admin-API-Key", TestHost.AdminKey);
        var id = _ids[Math.Max(0, _ids.Count - 1 - random.Next(40))];
        return random.Next(14) switch
        {
            0 or 1 or 2 or 3 => Post("/v1/reservations", Reserve(tenant), key),
            4 => Post("/v1/decide", Ask(tenant, "estimate"), key),
            5 => Post("/v1/events", Event(tenant), key),
            6 or 7 => Post($"/v1/reservations/{id}/commit", Commit(), key),
            8 => Post($"/v1/reservations/{id}/release", Release(), random.Next(3) == 0 ? admin : key),
            9 => Post($"/v1/reservations/{id}/extend", Extend(), key),
            10 => new FuzzRequest("GET", $"/v1/reservations/{id}") { Headers = [random.Next(3) == 0 ? admin : key] },
            11 => new FuzzRequest("GET", "/v1/reservations")
            {
                Query = $"tenant={tenant}{ListQuery()}",
                Headers = [random.Next(3) == 0 ? admin : key],
            },
            12 => new FuzzRequest("GET", "/v1/balances") { Query = BalanceQuery(tenant), Headers = [key] },
            _ => Post("/v1/reservations", Reserve(tenant, dryRun: true), key),
        };
    }

    private FuzzRequest Post(string path, JsonObject body, (string, string) key)
    {
        List<(string, string)> headers = [key];
        if (Maybe())
        {
            headers.Add(("X-Idempotency-Key", (string)body["idempotency_key"]!));
        }

        if (Maybe())
        {
            headers.Add(("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
        }

        return new FuzzRequest("POST", path)
        {
            Headers = headers,
            ContentType = Maybe() ? "application/json" : "application/json; charset=utf-8",
            Body = Encoding.UTF8.GetBytes(body.ToJsonString()),
        };
    }

    private JsonObject Reserve(string tenant, bool dryRun = false)
    {
        var body = Ask(tenant, "estimate");
        if (Maybe())
        {
            body["ttl_ms"] = random.Next(1_000, 100_000);
            body["grace_period_ms"] = random.Next(0, 60_001);
            body["overage_policy"] = One(Policies);
        }

        if (dryRun || random.Next(5) == 0)
        {
            body["dry_run"] = dryRun;
        }

        return body;
    }

    private JsonObject Event(string tenant)
    {
        var body = Ask(tenant, "actual");
        if (Maybe())
        {
            body["overage_policy"] = One(Policies);
            body["client_time_ms"] = random.NextInt64(long.MaxValue);
            body["metrics"] = Metrics();
        }

        return body;
    }

    private JsonObject Commit()
    {
        var body = new JsonObject { ["idempotency_key"] = Key(), ["actual"] = Money() };
        if (Maybe())
        {
            body["metrics"] = Metrics();
            body["metadata"] = Free();
        }

        return body;
    }

    private JsonObject Release()
    {
        var body = new JsonObject { ["idempotency_key"] = Key() };
        if (Maybe())
        {
            body["reason"] = "not needed";
        }

        return body;
    }

    private JsonObject Extend() => new() { ["idempotency_key"] = Key(), ["extend_by_ms"] = random.Next(1, 100_000) };

    private JsonObject Ask(string tenant, string amount)
    {
        var body = new JsonObject
        {
            ["idempotency_key"] = Key(),
            ["subject"] = Subject(tenant),
            ["action"] = Action(),
            [amount] = Money(),
        };
        if (Maybe())
        {
            body["metadata"] = Free();
        }

        return body;
    }

    private JsonObject Subject(string tenant)
    {
        var subject = new JsonObject { ["tenant"] = tenant };
        foreach (var level in new[] { "workspace", "agent", "toolset" }.Where(_ => random.Next(3) == 0))
        {
            subject[level] = One(["one", "Two", "x.y-z_0"]);
        }

        if (random.Next(6) == 0)
        {
            subject["dimensions"] = new JsonObject { ["cost_center"] = "42", ["team"] = "" };
        }

        return subject;
    }

    private JsonObject Action()
    {
        var action = new JsonObject { ["kind"] = "llm.completion", ["name"] = "gpt-4o" };
        if (random.Next(4) == 0)
        {
            action["tags"] = new JsonArray("prod", "");
        }

        return action;
    }

    private JsonObject Money()
    {
        // Mostly the unit that everything has, and now and then an amount that no ledger can hold.
        var unit = random.Next(4) == 0 ? One(Units) : Units[0];
        var amount = random.Next(30) == 0 ? long.MaxValue - random.Next(3) : random.Next(0, 5_000);
        return new JsonObject { ["unit"] = unit, ["amount"] = amount };
    }

    private JsonObject Metrics() =>
        new()
        {
            ["tokens_input"] = random.Next(1_000),
            ["latency_ms"] = 0,
            ["model_version"] = "v1",
            ["custom"] = Free(),
        };

    private JsonObject Free() =>
        new()
        {
            ["text"] = "ünï\u0007 \"quoted\" \ud83d\ude00",
            ["number"] = random.NextDouble(),
            ["nested"] = new JsonObject { ["list"] = new JsonArray(1, null, false, new JsonObject()) },
        };

    private string ListQuery()
    {
        var query = new StringBuilder();
        void Add(string text) => query.Append(random.Next(4) == 0 ? $"&{text}" : "");
        Add($"status={One(Statuses)}");
        Add($"sort_by={One(SortKeys)}");
        Add($"sort_dir={One(["asc", "desc"])}");
        Add($"limit={random.Next(1, 201)}");
        Add("from=2026-05-01T00:00:00Z");
        Add("to=2026-06-01T00:00:00%2B02:00&expires_from=&finalized_to=");
        Add("include=metadata,committed_metadata,future");
        Add($"idempotency_key=k{random.Next(_keys + 1)}");
        Add("agent=one&unknown=1");
        return query.ToString();
    }

    private string BalanceQuery(string tenant) =>
        One([$"tenant={tenant}", "agent=one", $"tenant={tenant}&workspace=two&limit=3"])
        + One(["", "&include_children=true", "&include_children=false&cursor="]);

    /// <summary>Mostly fresh; a repeat is a replay or a mismatch.</summary>
    private string Key() =>
        string.Create(CultureInfo.InvariantCulture, $"k{(random.Next(12) == 0 ? random.Next(_keys + 1) : ++_keys)}");

    private bool Maybe() => random.Next(2) == 0;

    private string One(string[] choices) => choices[random.Next(choices.Length)];
}
