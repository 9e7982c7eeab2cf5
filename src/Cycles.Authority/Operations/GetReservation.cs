namespace Cycles.Authority;

/// <summary>Read one (protocol operation <c>getReservation</c>); an expired one is gone here, and stays listable.</summary>
internal static class GetReservation
{
    public static CyclesResponse<ReservationDetail> Execute(TenantSpace space, ReservationRef located)
    {
        using var hold = space.Enter(out _);
        var (id, number) = located;
        if (!space.Reservations.Contains(number))
        {
            return space.Refuse<ReservationDetail>(Refusals.ReservationNotFound(id));
        }

        ref var reservation = ref space.Reservations[number];
        return reservation.Status == ReservationStatus.Expired
            ? space.Refuse<ReservationDetail>(Refusals.Expired(id))
            : space.Answer(ReservationRow.Detail(reservation, id));
    }
}
