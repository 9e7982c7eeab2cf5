namespace Cycles.Authority;

/// <summary>Reserve (protocol operation <c>createReservation</c>, live).</summary>
internal static class CreateReservation
{
    public static CyclesResponse<ReservationCreateResponse> Execute(TenantSpace space, ReservationCreateRequest request)
    {
        using var hold = space.Enter(out var now);
        var key = new ReplayKey(request.IdempotencyKey);
        if (FindReplay(space, request, key, now) is { } replay)
        {
            return replay;
        }

        if (space.IsClosed)
        {
            return space.Refuse<ReservationCreateResponse>(Refusals.TenantClosed(space.Tenant));
        }

        var scopes = space.Budgets.Resolve(request.Subject);
        var budgets = scopes.In(request.Estimate.Unit, space.Budgets);
        if (budgets.Count == 0)
        {
            return space.Refuse<ReservationCreateResponse>(space.NoBudget(scopes, request.Estimate.Unit));
        }

        Span<BudgetState> states = stackalloc BudgetState[Subject.LevelCount];
        states = states[..budgets.Count];
        budgets.Read(states);
        var refusal = ReserveRules.Hold(states, request.Estimate.Value);
        if (!refusal.IsNone)
        {
            return space.Refuse<ReservationCreateResponse>(
                Refusals.Of(refusal, budgets, request.Estimate.Value, "reserve")
            );
        }

        var reservation = Fill(space, request, key, budgets, CapsRules.Select(budgets, states), now);
        budgets.Apply(states, space.Budgets);
        reservation.Held = budgets.Capture(space.Budgets, space.Pages);
        var number = space.Reservations.Open(reservation);
        return space.Answer(Respond(space, number, now));
    }

    /// <summary>Answers a key that was used before; null when it is new.</summary>
    private static CyclesResponse<ReservationCreateResponse>? FindReplay(
        TenantSpace space,
        ReservationCreateRequest request,
        in ReplayKey key,
        long now
    )
    {
        var number = space.Reservations.FindByKey(key, now);
        if (number != Reservation.None)
        {
            return CanonicalPayload.Equal(request, RequestOf(space.Reservations[number], key))
                ? space.Answer(Respond(space, number, now))
                : space.Refuse<ReservationCreateResponse>(Refusals.KeyMismatch(request.IdempotencyKey));
        }

        // A dry run shares the key space, and a live reserve never repeats one.
        return space.Memory.DryRuns.TryGet(request.IdempotencyKey, now, out _)
            ? space.Refuse<ReservationCreateResponse>(Refusals.KeyMismatch(request.IdempotencyKey))
            : null;
    }

    private static Reservation Fill(
        TenantSpace space,
        ReservationCreateRequest request,
        in ReplayKey key,
        BudgetSet budgets,
        Caps? caps,
        long now
    )
    {
        var settings = space.Settings ?? TenantSettings.Default;
        var ttl = Math.Min(request.TtlMs ?? settings.DefaultTtlMs, settings.MaxTtlMs);
        return new Reservation
        {
            Key = key,
            Budgets = budgets,
            Action = space.Actions.Intern(request.Action),
            Extras =
                caps is null && request.Metadata is null
                    ? null
                    : new ReservationExtras { Caps = caps, Metadata = request.Metadata },
            Estimate = request.Estimate.Value,
            CreatedAt = now,
            ExpiresAt = now + ttl,
            RequestedTtlMs = (int)(request.TtlMs ?? ReservationCreateRequest.DefaultTtlMs),
            EffectiveTtlMs = (int)ttl,
            GraceMs = (int)(request.GracePeriodMs ?? ReservationCreateRequest.DefaultGracePeriodMs),
            RequestedPolicy = request.OveragePolicy ?? CommitOveragePolicy.AllowIfAvailable,
            Policy = request.OveragePolicy ?? settings.OveragePolicy,
        };
    }

    /// <summary>The answer, the first time and on every replay; only what is left of the time is made afresh.</summary>
    private static ReservationCreateResponse Respond(TenantSpace space, long number, long now)
    {
        ref var reservation = ref space.Reservations[number];
        var expiresAt = reservation.CreatedAt + reservation.EffectiveTtlMs;
        var caps = reservation.Extras?.Caps;
        return new ReservationCreateResponse
        {
            Decision = caps is null ? Decision.Allow : Decision.AllowWithCaps,
            ReservationId = space.IdOf(number),
            Reserved = reservation.EstimatedAmount,
            ExpiresAtMs = expiresAt,
            RemainingTtlMs = reservation.Status == ReservationStatus.Active ? Math.Max(0, expiresAt - now) : 0,
            ScopePath = reservation.Budgets.Scopes.Leaf,
            AffectedScopes = reservation.Budgets.Scopes.Paths,
            Caps = caps,
            Balances = reservation.Held.ToBalances(reservation.Budgets),
        };
    }

    private static ReservationCreateRequest RequestOf(in Reservation reservation, in ReplayKey key) =>
        new()
        {
            IdempotencyKey = key.ToString(),
            Subject = reservation.Budgets.Scopes.Subject,
            Action = reservation.Action,
            Estimate = reservation.EstimatedAmount,
            TtlMs = reservation.RequestedTtlMs,
            GracePeriodMs = reservation.GraceMs,
            OveragePolicy = reservation.RequestedPolicy,
            Metadata = reservation.Extras?.Metadata,
        };
}
