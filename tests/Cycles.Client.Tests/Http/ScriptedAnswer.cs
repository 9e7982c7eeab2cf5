using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Settings;

namespace Cycles.Client.Tests;

/// <summary>A server that answers one request as told, and passes everything else on.</summary>
internal static class ScriptedAnswer
{
    private const string Scenario = "fault";

    private const string Over = "over";

    public static WireMockServer Start(Operation operation, SpoiltAnswer answer, Uri ledger)
    {
        // A port that WireMock looks for itself may be another's by the time that it listens.
        var server = WireMockServer.Start(new WireMockServerSettings { Urls = ["http://127.0.0.1:0"] });
        var response = Response.Create().WithStatusCode(answer.StatusOf(operation));
        response = answer.ContentType is { } type ? response.WithHeader("Content-Type", type) : response;
        foreach (var (name, value) in answer.Headers)
        {
            response = response.WithHeader(name, value);
        }

        response = answer.Body(operation) is { Length: > 0 } body ? response.WithBody(body) : response;
        server.Given(Matching(operation)).InScenario(Scenario).WillSetStateTo(Over).RespondWith(response);
        server
            .Given(Matching(operation))
            .InScenario(Scenario)
            .WhenStateIs(Over)
            .WillSetStateTo(Over)
            .RespondWith(Response.Create().WithProxy(ledger.GetLeftPart(UriPartial.Authority)));
        server
            .Given(Request.Create())
            .AtPriority(1)
            .RespondWith(Response.Create().WithProxy(ledger.GetLeftPart(UriPartial.Authority)));
        return server;
    }

    /// <summary>Whether the answer was asked for.</summary>
    public static bool WasGiven(WireMockServer server) => server.Scenarios[Scenario].NextState == Over;

    /// <summary>All that came as far as this server.</summary>
    public static IEnumerable<WireRequest> Requests(WireMockServer server) =>
        server
            .LogEntries.Select(entry => entry.RequestMessage!)
            .Select(request => new WireRequest(
                request.Method,
                new Uri(request.Url).PathAndQuery,
                request.Headers!.ToDictionary(
                    header => header.Key,
                    header => header.Value.ToArray(),
                    StringComparer.OrdinalIgnoreCase
                ),
                request.BodyAsBytes ?? []
            ));

    private static IRequestBuilder Matching(Operation operation) =>
        Request
            .Create()
            .UsingPost()
            .WithPath(
                operation switch
                {
                    Operation.Create => "/v1/reservations",
                    Operation.Commit => "/v1/reservations/*/commit",
                    Operation.Release => "/v1/reservations/*/release",
                    Operation.Extend => "/v1/reservations/*/extend",
                    Operation.Decide => "/v1/decide",
                    _ => "/v1/events",
                }
            );
}
