using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Changes one thing about a request: its method, path, query, a header, its body's structure or its bytes.</summary>
internal sealed class RequestBender(Random random)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"];

    private static readonly Func<JsonNode?>[] Values =
    [
        () => null,
        () => true,
        () => 0,
        () => -1,
        () => 1.5,
        () => long.MaxValue,
        () => 86_400_001,
        () => 999,
        () => "",
        () => " ",
        () => "1",
        () => "500",
        () => "a/b",
        () => "tenant:acme",
        () => "globex",
        () => "ACTIVE",
        () => "tokens",
        () => new string('x', 257),
        () => new string('x', 129),
        () => new JsonArray(),
        () => new JsonArray("x", null),
        () => new JsonObject(),
        () => new JsonObject { ["unit"] = "TOKENS" },
        () => JsonNode.Parse("1.0"),
        () => JsonNode.Parse("1e3"),
        () => JsonNode.Parse("-0"),
        () => JsonNode.Parse("9223372036854775808"),
        () => JsonNode.Parse("123456789012345678901234567890"),
    ];

    private static readonly string[] QueryValues =
    [
        "",
        "0",
        "201",
        "-1",
        "1.5",
        "true",
        "TRUE",
        "active",
        "globex",
        "acme%2Fx",
        "%00",
        "%ff",
        "%zz",
        "a%20b",
        "2026-05-01",
        "2026-05-01T00:00:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00%2B14:00",
        "+",
        "%F0%9F%98%80",
    ];

    public FuzzRequest Bend(FuzzRequest request)
    {
        var kind = random.Next(10);
        return kind switch
        {
            0 => request with { Method = One(Methods), Story = $"{request.Story}, method" },
            1 => BendPath(request),
            2 => BendQuery(request),
            3 or 4 => BendHeaders(request),
            5 => BendBytes(request),
            _ => BendTree(request),
        };
    }

    private FuzzRequest BendPath(FuzzRequest request)
    {
        var path = request.Path.Length > 1 ? request.Path : "/v1";
        var at = random.Next(1, path.Length);
        var (bent, story) = random.Next(9) switch
        {
            0 => (path + "/", "slash"),
            1 => (path + "/more", "longer"),
            2 => (path[..path.LastIndexOf('/')], "shorter"),
            3 => (path.ToUpperInvariant(), "upper case"),
            4 => (path.Remove(at, 1), "without a letter"),
            5 => (path.Insert(at, One(["x", "/", ".", "%20", "%2F", "%C3%BC", ";", "*"])), "with a letter"),
            6 => ($"/v2{path[3..]}", "version"),
            7 => (path.Replace("rsv_", $"rsv_{new string('0', 128)}", StringComparison.Ordinal), "long id"),
            _ => ($"{path[..at]}%{(int)path[at]:x2}{path[(at + 1)..]}", "escaped"),
        };
        return request with { Path = bent.StartsWith('/') ? bent : "/", Story = $"{request.Story}, path {story}" };
    }

    private FuzzRequest BendQuery(FuzzRequest request)
    {
        var parts = (request.Query ?? "").Split('&').ToList();
        var at = random.Next(parts.Count);
        var name = parts[at].Split('=')[0];
        switch (random.Next(7))
        {
            case 0:
                parts.RemoveAt(at);
                break;
            case 1:
                parts.Add(parts[at]);
                break;
            case 2:
                parts[at] = parts[at].ToUpperInvariant();
                break;
            case 3:
                parts[at] = name;
                break;
            case 4:
                parts.Add(
                    $"{One(["limit", "status", "from", "sort_by", "sort_dir", "include_children", "cursor", "tenant", "agent", "include"])}={One(QueryValues)}"
                );
                break;
            default:
                parts[at] = $"{name}={One(QueryValues)}";
                break;
        }

        return request with
        {
            Query = string.Join('&', parts),
            Story = $"{request.Story}, query",
        };
    }

    private FuzzRequest BendHeaders(FuzzRequest request)
    {
        var headers = request.Headers.Count > 0 ? request.Headers.ToList() : [("X-Cycles-API-Key", "")];
        var at = random.Next(headers.Count);
        var type = request.ContentType;
        var story = "header";
        switch (random.Next(9))
        {
            case 0:
                headers.RemoveAt(at);
                break;
            case 1 when headers[at].Value.Length < 10_000:
                headers.Add(headers[at]);
                break;
            case 2:
                headers[at] = (headers[at].Name, One(["", "x", "cyc_acme", "cyc_globex", "admin_test", "CYC_ACME"]));
                break;
            case 3:
                headers[at] = (headers[at].Name.ToLowerInvariant(), headers[at].Value);
                break;
            case 4:
                headers.Add(("X-Idempotency-Key", One(["", "other", "k1", new string('x', 300)])));
                break;
            case 5:
                headers.Add(("traceparent", One(["", "garbage", "00-0-0-0"])));
                break;
            // Once only: what the server itself refuses for its size has no body.
            case 6 when headers.All(header => header.Value.Length < 10_000):
                headers.Add(("X-Large", new string('x', 17_000)));
                break;
            case 7:
                headers[at] = (One(["X-Admin-API-Key", "X-Cycles-API-Key", "Authorization"]), headers[at].Value);
                break;
            default:
                type = One([
                    "text/plain",
                    "application/xml",
                    "application/json; charset=latin1",
                    "json",
                    "",
                    "application/jsonx",
                ]);
                story = "content type";
                break;
        }

        return request with
        {
            Headers = headers,
            ContentType = type,
            Story = $"{request.Story}, {story}",
        };
    }

    private FuzzRequest BendBytes(FuzzRequest request)
    {
        if (request.Body is not { Length: > 2 } body)
        {
            return request with { Body = "{}"u8.ToArray(), Story = $"{request.Story}, a body" };
        }

        var text = Encoding.UTF8.GetString(body);
        var at = random.Next(body.Length);
        byte[] bent = random.Next(9) switch
        {
            0 => body[..at],
            1 => [.. body[..at], (byte)random.Next(256), .. body[(at + 1)..]],
            2 => [.. body[..at], (byte)random.Next(256), .. body[at..]],
            3 => [.. body[..at], .. body[(at + 1)..]],
            4 => [.. body, .. "x"u8],
            5 => [.. body, .. body],
            6 => Encoding.UTF8.GetBytes(text.Replace("\"k", "\"\\ud800k", StringComparison.Ordinal)),
            7 => Encoding.UTF8.GetBytes($"{{\"idempotency_key\":\"k0\",{text[1..]}"),
            _ => [.. "\uFEFF"u8, .. body],
        };
        return request with { Body = bent, Story = $"{request.Story}, bytes" };
    }

    private FuzzRequest BendTree(FuzzRequest request)
    {
        if (request.Body is null || TryParse(request.Body) is not { } root)
        {
            return BendHeaders(request);
        }

        var objects = ObjectsOf(root).ToList();
        var target = objects[random.Next(objects.Count)];
        var names = target.Select(member => member.Key).ToList();
        if (names.Count == 0)
        {
            target["more"] = 1;
            return Done("more");
        }

        var name = names[random.Next(names.Count)];
        switch (random.Next(7))
        {
            case 0 or 1:
                target.Remove(name);
                return Done($"without {name}");
            case 2:
                target["more"] = 1;
                return Done("more");
            case 3:
                var moved = target[name]?.DeepClone();
                target.Remove(name);
                target[
                    One([name.ToUpperInvariant(), $"{name} ", name.Replace("_", "", StringComparison.Ordinal), "x"])
                ] = moved;
                return Done($"{name} renamed");
            case 4:
                target[name] = new JsonArray(target[name]?.DeepClone());
                return Done($"{name} in an array");
            default:
                target[name] = Values[random.Next(Values.Length)]();
                return Done($"{name} replaced");
        }

        FuzzRequest Done(string what) =>
            request with
            {
                Body = Encoding.UTF8.GetBytes(root.ToJsonString()),
                Story = $"{request.Story}, {what}",
            };
    }

    private static JsonObject? TryParse(byte[] body)
    {
        try
        {
            // Written once, because free data is looked at no earlier.
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            var root = JsonNode.Parse(Encoding.UTF8.GetString(body), null, options) as JsonObject;
            return root?.ToJsonString().Length > 2 ? root : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonObject> ObjectsOf(JsonNode node) =>
        node is JsonObject root
            ? root.Select(member => member.Value).OfType<JsonNode>().SelectMany(ObjectsOf).Prepend(root)
            : [];

    private string One(string[] choices) => choices[random.Next(choices.Length)];
}
