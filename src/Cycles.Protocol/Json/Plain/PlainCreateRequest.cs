using System.Text.Json;

namespace Cycles;

/// <summary>A reserve as nearly every client sends it: levels, an action without tags, no data, not a dry run.</summary>
internal static class PlainCreateRequest
{
    public static ReservationCreateRequest? Read(ref Utf8JsonReader reader)
    {
        string? key = null;
        Subject? subject = null;
        CyclesAction? action = null;
        Amount? estimate = null;
        long? ttl = null;
        long? grace = null;
        CommitOveragePolicy? policy = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain =
                PlainJson.Is(ref reader, "idempotency_key"u8) ? PlainJson.TryText(ref reader, ref key)
                : PlainJson.Is(ref reader, "subject"u8) ? TrySubject(ref reader, ref subject)
                : PlainJson.Is(ref reader, "action"u8) ? TryAction(ref reader, ref action)
                : PlainJson.Is(ref reader, "estimate"u8) ? PlainJson.TryAmount(ref reader, ref estimate)
                : PlainJson.Is(ref reader, "ttl_ms"u8) ? PlainJson.TryNumber(ref reader, ref ttl)
                : PlainJson.Is(ref reader, "grace_period_ms"u8) ? PlainJson.TryNumber(ref reader, ref grace)
                : PlainJson.Is(ref reader, "overage_policy"u8) && PlainJson.TryName(ref reader, ref policy);
            if (!isPlain)
            {
                return null;
            }
        }

        return key is null || subject is null || action is null || estimate is not { } amount
            ? null
            : new ReservationCreateRequest
            {
                IdempotencyKey = key,
                Subject = subject,
                Action = action,
                Estimate = amount,
                TtlMs = ttl,
                GracePeriodMs = grace,
                OveragePolicy = policy,
            };
    }

    private static bool TrySubject(ref Utf8JsonReader reader, ref Subject? subject)
    {
        if (subject is not null || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        string? tenant = null;
        string? workspace = null;
        string? app = null;
        string? workflow = null;
        string? agent = null;
        string? toolset = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain =
                PlainJson.Is(ref reader, "tenant"u8) ? PlainJson.TryText(ref reader, ref tenant)
                : PlainJson.Is(ref reader, "workspace"u8) ? PlainJson.TryText(ref reader, ref workspace)
                : PlainJson.Is(ref reader, "app"u8) ? PlainJson.TryText(ref reader, ref app)
                : PlainJson.Is(ref reader, "workflow"u8) ? PlainJson.TryText(ref reader, ref workflow)
                : PlainJson.Is(ref reader, "agent"u8) ? PlainJson.TryText(ref reader, ref agent)
                : PlainJson.Is(ref reader, "toolset"u8) && PlainJson.TryText(ref reader, ref toolset);
            if (!isPlain)
            {
                return false;
            }
        }

        subject = new Subject
        {
            Tenant = tenant,
            Workspace = workspace,
            App = app,
            Workflow = workflow,
            Agent = agent,
            Toolset = toolset,
        };
        return true;
    }

    private static bool TryAction(ref Utf8JsonReader reader, ref CyclesAction? action)
    {
        if (action is not null || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        string? kind = null;
        string? name = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPlain = PlainJson.Is(ref reader, "kind"u8)
                ? PlainJson.TryText(ref reader, ref kind)
                : PlainJson.Is(ref reader, "name"u8) && PlainJson.TryText(ref reader, ref name);
            if (!isPlain)
            {
                return false;
            }
        }

        action = kind is null || name is null ? null : new CyclesAction(kind, name);
        return action is not null;
    }
}
