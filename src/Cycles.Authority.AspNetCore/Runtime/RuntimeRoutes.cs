using Microsoft.AspNetCore.Routing;

namespace Cycles.Authority;

/// <summary>The runtime plane's paths (protocol, <c>paths</c>).</summary>
internal static class RuntimeRoutes
{
    public static void Map(IEndpointRouteBuilder endpoints, AuthorityHost host)
    {
        var writes = new RuntimeWrites(host);
        var reads = new RuntimeReads(host);
        const string Reservation = "/v1/reservations/{reservation_id}";
        Resource.Map(endpoints, host, "/v1/decide", ("POST", writes.DecideAsync));
        Resource.Map(
            endpoints,
            host,
            "/v1/reservations",
            ("GET", reads.ListReservationsAsync),
            ("POST", writes.CreateReservationAsync)
        );
        Resource.Map(endpoints, host, Reservation, ("GET", reads.GetReservationAsync));
        Resource.Map(endpoints, host, $"{Reservation}/commit", ("POST", writes.CommitReservationAsync));
        Resource.Map(endpoints, host, $"{Reservation}/release", ("POST", writes.ReleaseReservationAsync));
        Resource.Map(endpoints, host, $"{Reservation}/extend", ("POST", writes.ExtendReservationAsync));
        Resource.Map(endpoints, host, "/v1/balances", ("GET", reads.GetBalancesAsync));
        Resource.Map(endpoints, host, "/v1/events", ("POST", writes.CreateEventAsync));

        // Public, and empty: evidence is optional, and a server without it answers 404 (protocol, getEvidenceJwks).
        Resource.Map(endpoints, host, "/v1/evidence/{evidence_id}", ("GET", NoEvidenceAsync));
        Resource.Map(endpoints, host, "/v1/.well-known/cycles-jwks.json", ("GET", NoEvidenceAsync));
    }

    private static Task NoEvidenceAsync(Exchange exchange) => exchange.RefuseAsync(HostErrors.NoEvidence());
}
