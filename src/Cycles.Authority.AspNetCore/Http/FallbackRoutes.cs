using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cycles.Authority;

/// <summary>Health, and a 404 in the error body's shape for whatever else is asked for.</summary>
internal static class FallbackRoutes
{
    public static void Map(IEndpointRouteBuilder endpoints, AuthorityHost host, bool answersUnknownPaths)
    {
        Resource.Map(endpoints, host, "/health", ("GET", HealthAsync));
        Resource.MapUnknown(endpoints, host, "/v1/{**rest}");
        Resource.MapUnknown(endpoints, host, "/admin/{**rest}");
        if (answersUnknownPaths)
        {
            Resource
                .MapUnknown(endpoints, host, "/{**rest}")
                .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);
        }
    }

    private static Task HealthAsync(Exchange exchange) =>
        exchange.AnswerAsync(200, new HealthAnswer("ok"), AdminJsonContext.Default.HealthAnswer);
}
