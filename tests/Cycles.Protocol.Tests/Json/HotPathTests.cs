using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cycles.Protocol.Tests;

/// <summary>What is read and written by hand has to come to what the serializer comes to, in all that is odd, too.</summary>
public sealed class HotPathTests
{
    private const string Create =
        """{"idempotency_key":"k\u00e9\n","subject":{"tenant":"acme","workspace":"w","app":"a","workflow":"f","agent":"b","toolset":"t"},"action":{"kind":"llm.completion","name":"gpt-4o"},"estimate":{"unit":"TOKENS","amount":5},"ttl_ms":60000,"grace_period_ms":0,"overage_policy":"ALLOW_WITH_OVERDRAFT"}""";

    private const string CreateWithMore =
        """{"metadata":{"a":[1,{"b":null}]},"dry_run":true,"action":{"tags":["x"],"name":"n","kind":"k"},"subject":{"agent":"b","dimensions":{"d":"1"}},"estimate":{"amount":9223372036854775807,"unit":"USD_MICROCENTS"},"idempotency_key":"k"}""";

    private const string Commit = """{"idempotency_key":"k","actual":{"unit":"TOKENS","amount":5}}""";

    private const string CommitWithMore =
        """{"actual":{"unit":"TOKENS","amount":5},"metrics":{"tokens_input":1,"custom":{"a":1}},"metadata":{},"idempotency_key":"k"}""";

    private const string Row =
        """{"scope":"tenant:acme","scope_path":"tenant:acme","remaining":{"unit":"TOKENS","amount":-1},"is_over_limit":false}""";

    private const string Held =
        $$"""{"decision":"ALLOW","reservation_id":"rsv_1","reserved":{"unit":"TOKENS","amount":5},"expires_at_ms":1,"remaining_ttl_ms":2,"scope_path":"tenant:acme","affected_scopes":["tenant:acme"],"balances":[{{Row}}]}""";

    private const string Capped =
        $$"""{"decision":"ALLOW_WITH_CAPS","affected_scopes":[],"caps":{"max_tokens":3},"balances":[{{Row}},{"odd":1}],"reservation_id":"rsv_1"}""";

    private const string Denied =
        """{"decision":"DENY","affected_scopes":["a","b"],"reason_code":"BUDGET_EXCEEDED","retry_after_ms":7}""";

    private const string Committed =
        $$"""{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":5},"released":{"unit":"TOKENS","amount":0},"balances":[{{Row}}]}""";

    private static readonly CyclesJsonContext Strict = new(
        new JsonSerializerOptions(CyclesJsonContext.Default.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            MaxDepth = 32,
        }
    );

    private static readonly (CyclesJsonContext Serializer, CyclesJsonContext HotPath)[] Contexts =
    [
        (CyclesJsonContext.Default, CyclesJsonContext.Default.WithHotPath()),
        (Strict, Strict.WithHotPath()),
    ];

    [TestCase(typeof(ReservationCreateRequest), Create)]
    [TestCase(typeof(ReservationCreateRequest), CreateWithMore)]
    [TestCase(typeof(CommitRequest), Commit)]
    [TestCase(typeof(CommitRequest), CommitWithMore)]
    [TestCase(typeof(ReservationCreateResponse), Held)]
    [TestCase(typeof(ReservationCreateResponse), Capped)]
    [TestCase(typeof(ReservationCreateResponse), Denied)]
    [TestCase(typeof(CommitResponse), Committed)]
    public void It_reads_and_writes_as_the_serializer_does(Type type, string json)
    {
        Assert.That(Read(CyclesJsonContext.Default, type, json), Does.StartWith("{"), "a message to begin with");
        using (Assert.EnterMultipleScope())
        {
            foreach (var variant in Variants(json).Append(json).Append("null").Append("[]").Append("\"\""))
            {
                foreach (var (serializer, hotPath) in Contexts)
                {
                    Assert.That(Read(hotPath, type, variant), Is.EqualTo(Read(serializer, type, variant)), variant);
                }
            }
        }
    }

    /// <returns>What was read, written by the same context; or that it was refused.</returns>
    private static string Read(CyclesJsonContext context, Type type, string json)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type, context), type, context);
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    /// <summary>Every change of one step, anywhere in the message.</summary>
    private static IEnumerable<string> Variants(string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var changed in Changed(document.RootElement))
        {
            yield return changed;
        }

        for (var length = 1; length < json.Length; length += 7)
        {
            yield return json[..length];
        }

        yield return json + "x";
        yield return " " + json.Replace(":", " :\n", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Changed(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            var members = value.EnumerateObject().ToArray();
            var texts = members.Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}").ToArray();
            yield return Object(texts.Append("\"unknown\":{\"a\":[1]}"));
            yield return Object(texts.Reverse());
            for (var i = 0; i < members.Length; i++)
            {
                yield return Object(texts.Where((_, at) => at != i));
                yield return Object(texts.Append(texts[i]));
                yield return Object(texts.Select((text, at) => at == i ? text.ToUpperInvariant() : text));
                foreach (var changed in Changed(members[i].Value))
                {
                    yield return Object(
                        texts.Select((text, at) => at == i ? $"\"{members[i].Name}\":{changed}" : text)
                    );
                }
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var changed in value.EnumerateArray().SelectMany(Changed))
            {
                yield return $"[{changed}]";
            }
        }

        string[] others = ["null", "1", "-1", "1.0", "1e2", "9223372036854775808", "\"x\"", "\"\"", "true", "{}", "[]"];
        foreach (var other in others.Append("[null]").Append("[[]]").Append("\"\\ud800\"").Append("\"\\u0041\""))
        {
            yield return other;
        }
    }

    private static string Object(IEnumerable<string> members) => $"{{{string.Join(',', members)}}}";
}
