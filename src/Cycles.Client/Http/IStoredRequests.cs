namespace Cycles;

/// <summary>
/// What a seam over a wire can besides: send a body as somebody wrote it down. The same key with other bytes might be
/// taken for another request, and another SDK orders its members otherwise.
/// </summary>
internal interface IStoredRequests
{
    ValueTask<CyclesResponse<CommitResponse>> CommitStoredAsync(
        string reservationId,
        AmountUnit unit,
        string idempotencyKey,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    );

    ValueTask<CyclesResponse<EventCreateResponse>> CreateStoredEventAsync(
        AmountUnit unit,
        string idempotencyKey,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    );
}
