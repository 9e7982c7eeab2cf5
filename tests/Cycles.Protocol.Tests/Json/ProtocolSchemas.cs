namespace Cycles.Protocol.Tests;

/// <summary>
/// The schemas of protocol 0.1.25.16, transcribed: every type of the runtime plane with its members in the order of
/// the document, a required one marked with an exclamation mark.
/// </summary>
internal static class ProtocolSchemas
{
    public static IReadOnlyDictionary<Type, string> Members { get; } =
        new Dictionary<Type, string>
        {
            [typeof(CyclesEvidenceEnvelope)] =
                "schema_version! artifact_type! server_id! signer_did! issued_at_ms! trace_id payload! evidence_id! signature!",
            [typeof(CyclesEvidenceJwks)] = "keys!",
            [typeof(CyclesEvidenceJwk)] = "kty! crv! alg x! kid! cycles_nbf_ms! cycles_exp_ms status",
            [typeof(CyclesEvidenceRef)] = "evidence_id! cycles_evidence_url!",
            [typeof(ReservationEvidence)] = "reserve commit release",
            [typeof(ErrorResponse)] = "error! message! request_id! trace_id details cycles_evidence",
            [typeof(Amount)] = "unit! amount!",
            [typeof(SignedAmount)] = "unit! amount!",
            [typeof(Subject)] = "tenant workspace app workflow agent toolset dimensions",
            [typeof(CyclesAction)] = "kind! name! tags",
            [typeof(Caps)] = "max_tokens max_steps_remaining tool_allowlist tool_denylist cooldown_ms",
            [typeof(DecisionRequest)] = "idempotency_key! subject! action! estimate! metadata",
            [typeof(DecisionResponse)] = "decision! caps reason_code retry_after_ms affected_scopes cycles_evidence",
            [typeof(ReservationCreateRequest)] =
                "idempotency_key! subject! action! estimate! ttl_ms grace_period_ms overage_policy dry_run metadata",
            [typeof(Balance)] =
                "scope! scope_path! remaining! reserved spent debt allocated overdraft_limit is_over_limit",
            [typeof(ReservationCreateResponse)] =
                "decision! reservation_id reserved expires_at_ms remaining_ttl_ms scope_path affected_scopes! caps balances reason_code retry_after_ms cycles_evidence",
            [typeof(CyclesMetrics)] = "tokens_input tokens_output latency_ms model_version custom",
            [typeof(CommitRequest)] = "idempotency_key! actual! metrics metadata",
            [typeof(CommitResponse)] = "status! charged! released balances cycles_evidence",
            [typeof(ReleaseRequest)] = "idempotency_key! reason",
            [typeof(ReleaseResponse)] = "status! released! balances cycles_evidence",
            [typeof(ReservationDetail)] =
                "reservation_id! status! idempotency_key subject! action! reserved! committed created_at_ms! expires_at_ms! finalized_at_ms scope_path! affected_scopes! metadata committed_metadata evidence",
            [typeof(BalanceResponse)] = "balances! next_cursor has_more",
            [typeof(EventCreateRequest)] =
                "idempotency_key! subject! action! actual! overage_policy metrics client_time_ms metadata",
            [typeof(EventCreateResponse)] = "status! event_id! charged balances",
            [typeof(ReservationSummary)] =
                "reservation_id! status! idempotency_key subject! action! reserved! created_at_ms! expires_at_ms! finalized_at_ms scope_path! affected_scopes! committed metadata committed_metadata evidence",
            [typeof(ReservationListResponse)] = "reservations! next_cursor has_more",
            [typeof(ReservationExtendRequest)] = "idempotency_key! extend_by_ms! metadata",
            [typeof(ReservationExtendResponse)] = "status! expires_at_ms! remaining_ttl_ms balances",
        };

    public static IReadOnlyList<string> ErrorCodes { get; } =
    [
        "INVALID_REQUEST",
        "UNAUTHORIZED",
        "FORBIDDEN",
        "NOT_FOUND",
        "BUDGET_EXCEEDED",
        "BUDGET_FROZEN",
        "BUDGET_CLOSED",
        "RESERVATION_EXPIRED",
        "RESERVATION_FINALIZED",
        "IDEMPOTENCY_MISMATCH",
        "UNIT_MISMATCH",
        "OVERDRAFT_LIMIT_EXCEEDED",
        "DEBT_OUTSTANDING",
        "MAX_EXTENSIONS_EXCEEDED",
        "LIMIT_EXCEEDED",
        "TENANT_CLOSED",
        "INTERNAL_ERROR",
    ];

    public static IReadOnlyList<string> ReasonCodes { get; } =
    [
        "BUDGET_EXCEEDED",
        "BUDGET_FROZEN",
        "BUDGET_CLOSED",
        "BUDGET_NOT_FOUND",
        "OVERDRAFT_LIMIT_EXCEEDED",
        "DEBT_OUTSTANDING",
        "TENANT_CLOSED",
        "ACTION_QUOTA_EXCEEDED",
        "ACTION_KIND_DENIED",
        "ACTION_KIND_NOT_ALLOWED",
    ];
}
