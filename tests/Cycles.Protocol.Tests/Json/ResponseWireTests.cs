namespace Cycles.Protocol.Tests;

/// <summary>The exact bytes of every response with everything in it, and of the least that is schema-valid.</summary>
public sealed class ResponseWireTests
{
    private static readonly string Hash = new('a', 64);

    private static readonly CyclesEvidenceRef Evidence = new()
    {
        EvidenceId = Hash,
        CyclesEvidenceUrl = new Uri("https://cycles.example.com/v1/evidence/" + Hash),
    };

    private static readonly string EvidenceJson =
        $$"""{"evidence_id":"{{Hash}}","cycles_evidence_url":"https://cycles.example.com/v1/evidence/{{Hash}}"}""";

    private static readonly Balance Row = new()
    {
        Scope = "tenant:acme",
        ScopePath = "tenant:acme",
        Remaining = new SignedAmount(AmountUnit.Tokens, -5),
        Reserved = Amount.Tokens(1),
        Spent = Amount.Tokens(2),
        Debt = Amount.Tokens(3),
        Allocated = Amount.Tokens(1),
        OverdraftLimit = Amount.Tokens(4),
        IsOverLimit = false,
    };

    private const string RowJson =
        """{"scope":"tenant:acme","scope_path":"tenant:acme","remaining":{"unit":"TOKENS","amount":-5},"reserved":{"unit":"TOKENS","amount":1},"spent":{"unit":"TOKENS","amount":2},"debt":{"unit":"TOKENS","amount":3},"allocated":{"unit":"TOKENS","amount":1},"overdraft_limit":{"unit":"TOKENS","amount":4},"is_over_limit":false}""";

    private static readonly Caps Limits = new()
    {
        MaxTokens = 100,
        MaxStepsRemaining = 0,
        ToolAllowlist = ["web.search"],
        ToolDenylist = [],
        CooldownMs = 250,
    };

    private const string LimitsJson =
        """{"max_tokens":100,"max_steps_remaining":0,"tool_allowlist":["web.search"],"tool_denylist":[],"cooldown_ms":250}""";

    [Test]
    public void Decide()
    {
        Wire.Is(new DecisionResponse { Decision = Decision.Allow }, """{"decision":"ALLOW"}""");
        Wire.Is(
            new DecisionResponse
            {
                Decision = Decision.Deny,
                Caps = Limits,
                ReasonCode = ReasonCode.BudgetFrozen,
                RetryAfterMs = 0,
                AffectedScopes = ["tenant:acme"],
                CyclesEvidence = Evidence,
            },
            $$"""{"decision":"DENY","caps":{{LimitsJson}},"reason_code":"BUDGET_FROZEN","retry_after_ms":0,"affected_scopes":["tenant:acme"],"cycles_evidence":{{EvidenceJson}}}"""
        );
    }

    [Test]
    public void Reserve()
    {
        Wire.Is(
            new ReservationCreateResponse { Decision = Decision.Deny, AffectedScopes = [] },
            """{"decision":"DENY","affected_scopes":[]}"""
        );
        Wire.Is(
            new ReservationCreateResponse
            {
                Decision = Decision.AllowWithCaps,
                ReservationId = "rsv_1",
                Reserved = Amount.Tokens(1),
                ExpiresAtMs = 1_712_956_830_000,
                RemainingTtlMs = 60_000,
                ScopePath = "tenant:acme",
                AffectedScopes = ["tenant:acme"],
                Caps = Limits,
                Balances = [Row],
                ReasonCode = new ReasonCode("X"),
                RetryAfterMs = 1,
                CyclesEvidence = Evidence,
            },
            $$"""{"decision":"ALLOW_WITH_CAPS","reservation_id":"rsv_1","reserved":{"unit":"TOKENS","amount":1},"expires_at_ms":1712956830000,"remaining_ttl_ms":60000,"scope_path":"tenant:acme","affected_scopes":["tenant:acme"],"caps":{{LimitsJson}},"balances":[{{RowJson}}],"reason_code":"X","retry_after_ms":1,"cycles_evidence":{{EvidenceJson}}}"""
        );
    }

    [Test]
    public void Commit()
    {
        Wire.Is(
            new CommitResponse { Status = ReservationStatus.Committed, Charged = Amount.Tokens(2) },
            """{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":2}}"""
        );
        Wire.Is(
            new CommitResponse
            {
                Status = ReservationStatus.Committed,
                Charged = Amount.Tokens(2),
                Released = Amount.Tokens(1),
                Balances = [Row],
                CyclesEvidence = Evidence,
            },
            $$"""{"status":"COMMITTED","charged":{"unit":"TOKENS","amount":2},"released":{"unit":"TOKENS","amount":1},"balances":[{{RowJson}}],"cycles_evidence":{{EvidenceJson}}}"""
        );
    }

    [Test]
    public void Release()
    {
        Wire.Is(
            new ReleaseResponse { Status = ReservationStatus.Released, Released = Amount.Tokens(2) },
            """{"status":"RELEASED","released":{"unit":"TOKENS","amount":2}}"""
        );
        Wire.Is(
            new ReleaseResponse
            {
                Status = ReservationStatus.Released,
                Released = Amount.Tokens(2),
                Balances = [Row],
                CyclesEvidence = Evidence,
            },
            $$"""{"status":"RELEASED","released":{"unit":"TOKENS","amount":2},"balances":[{{RowJson}}],"cycles_evidence":{{EvidenceJson}}}"""
        );
    }

    [Test]
    public void Extend()
    {
        Wire.Is(
            new ReservationExtendResponse { Status = ReservationStatus.Active, ExpiresAtMs = 5 },
            """{"status":"ACTIVE","expires_at_ms":5}"""
        );
        Wire.Is(
            new ReservationExtendResponse
            {
                Status = ReservationStatus.Active,
                ExpiresAtMs = 5,
                RemainingTtlMs = 4,
                Balances = [],
            },
            """{"status":"ACTIVE","expires_at_ms":5,"remaining_ttl_ms":4,"balances":[]}"""
        );
    }

    [Test]
    public void Event()
    {
        Wire.Is(
            new EventCreateResponse { Status = EventStatus.Applied, EventId = "evt_1" },
            """{"status":"APPLIED","event_id":"evt_1"}"""
        );
        Wire.Is(
            new EventCreateResponse
            {
                Status = EventStatus.Applied,
                EventId = "evt_1",
                Charged = Amount.Tokens(1),
                Balances = [Row],
            },
            $$"""{"status":"APPLIED","event_id":"evt_1","charged":{"unit":"TOKENS","amount":1},"balances":[{{RowJson}}]}"""
        );
    }

    [Test]
    public void Balances()
    {
        Wire.Is(new BalanceResponse { Balances = [] }, """{"balances":[]}""");
        Wire.Is(
            new BalanceResponse
            {
                Balances = [Row],
                NextCursor = "c",
                HasMore = true,
            },
            $$"""{"balances":[{{RowJson}}],"next_cursor":"c","has_more":true}"""
        );
    }

    [Test]
    public void Get() =>
        Wire.Is(
            new ReservationDetail
            {
                ReservationId = "rsv_1",
                Status = ReservationStatus.Released,
                IdempotencyKey = "k",
                Subject = Valid.Subject,
                Action = Valid.Action,
                Reserved = Amount.Tokens(1),
                Committed = Amount.Tokens(2),
                CreatedAtMs = 1,
                ExpiresAtMs = 2,
                FinalizedAtMs = 3,
                ScopePath = "tenant:acme",
                AffectedScopes = ["tenant:acme"],
                Metadata = Valid.Data("""{"a":1}"""),
                CommittedMetadata = Valid.Data("""{"b":2}"""),
                Evidence = new ReservationEvidence
                {
                    Reserve = Evidence,
                    Commit = Evidence,
                    Release = Evidence,
                },
            },
            RowOf("RELEASED")
        );

    [Test]
    public void List()
    {
        Wire.Is(new ReservationListResponse { Reservations = [] }, """{"reservations":[]}""");
        Wire.Is(
            new ReservationListResponse
            {
                Reservations =
                [
                    new()
                    {
                        ReservationId = "rsv_1",
                        Status = ReservationStatus.Expired,
                        IdempotencyKey = "k",
                        Subject = Valid.Subject,
                        Action = Valid.Action,
                        Reserved = Amount.Tokens(1),
                        Committed = Amount.Tokens(2),
                        CreatedAtMs = 1,
                        ExpiresAtMs = 2,
                        FinalizedAtMs = 3,
                        ScopePath = "tenant:acme",
                        AffectedScopes = ["tenant:acme"],
                        Metadata = Valid.Data("""{"a":1}"""),
                        CommittedMetadata = Valid.Data("""{"b":2}"""),
                        Evidence = new ReservationEvidence
                        {
                            Reserve = Evidence,
                            Commit = Evidence,
                            Release = Evidence,
                        },
                    },
                ],
                NextCursor = "c",
                HasMore = false,
            },
            $$"""{"reservations":[{{RowOf("EXPIRED")}}],"next_cursor":"c","has_more":false}"""
        );
    }

    [Test]
    public void Error()
    {
        Wire.Is(
            new ErrorResponse
            {
                Error = "BUDGET_EXCEEDED",
                Message = "Too little",
                RequestId = "req_1",
            },
            """{"error":"BUDGET_EXCEEDED","message":"Too little","request_id":"req_1"}"""
        );
        Wire.Is(
            new ErrorResponse
            {
                Error = "BUDGET_EXCEEDED",
                Message = "Too little",
                RequestId = "req_1",
                TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
                Details = Valid.Data("""{"scope":"tenant:acme"}"""),
                CyclesEvidence = Evidence,
            },
            $$"""{"error":"BUDGET_EXCEEDED","message":"Too little","request_id":"req_1","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","details":{"scope":"tenant:acme"},"cycles_evidence":{{EvidenceJson}}}"""
        );
    }

    [Test]
    public void Evidence_envelope_and_keys()
    {
        Wire.Is(
            new CyclesEvidenceEnvelope
            {
                SchemaVersion = "cycles-evidence/v0.1",
                ArtifactType = "commit",
                ServerId = "https://cycles.example.com/v1",
                SignerDid = "00ff",
                IssuedAtMs = 1,
                TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
                Payload = Valid.Data("""{"payload":{"commit":{"n":1.0}}}""")["payload"],
                EvidenceId = Hash,
                Signature = "sig",
            },
            $$$"""{"schema_version":"cycles-evidence/v0.1","artifact_type":"commit","server_id":"https://cycles.example.com/v1","signer_did":"00ff","issued_at_ms":1,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","payload":{"commit":{"n":1.0}},"evidence_id":"{{{Hash}}}","signature":"sig"}"""
        );
        Wire.Is(
            new CyclesEvidenceJwks
            {
                Keys =
                [
                    new()
                    {
                        KeyType = "OKP",
                        Curve = "Ed25519",
                        Algorithm = "EdDSA",
                        X = "x",
                        KeyId = "k",
                        NotBeforeMs = 1,
                        ExpiresMs = 2,
                        Status = "retired",
                    },
                ],
            },
            """{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"x","kid":"k","cycles_nbf_ms":1,"cycles_exp_ms":2,"status":"retired"}]}"""
        );
    }

    private static string RowOf(string status) =>
        $$$"""{"reservation_id":"rsv_1","status":"{{{status}}}","idempotency_key":"k","subject":{"tenant":"acme"},"action":{"kind":"llm.completion","name":"gpt-4o"},"reserved":{"unit":"TOKENS","amount":1},"committed":{"unit":"TOKENS","amount":2},"created_at_ms":1,"expires_at_ms":2,"finalized_at_ms":3,"scope_path":"tenant:acme","affected_scopes":["tenant:acme"],"metadata":{"a":1},"committed_metadata":{"b":2},"evidence":{"reserve":{{{EvidenceJson}}},"commit":{{{EvidenceJson}}},"release":{{{EvidenceJson}}}}}""";
}
