using System.Net;

namespace Cycles.RecoveryWorker;

/// <summary>A way to the server, and the end on it, before a request leaves, while it is answered or after that.</summary>
internal sealed class DeadlyHandler(Doom doom) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/commit", StringComparison.Ordinal))
        {
            bool IsOf(string id) => path.Contains(id, StringComparison.Ordinal);
            doom.MeetAt(KillPoint.BeforeSend, IsOf);
            var response = await SendAsync(request, KillPoint.CommitUnanswered, IsOf, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Gone)
            {
                doom.MeetAt(KillPoint.BeforeSwitch, IsOf);
            }

            return response;
        }

        if (path.EndsWith("/events", StringComparison.Ordinal))
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            bool IsOf(string id) => body.Contains(id, StringComparison.Ordinal);
            doom.MeetAt(KillPoint.BeforeEvent, IsOf);
            return await SendAsync(request, KillPoint.EventUnanswered, IsOf, cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        KillPoint unanswered,
        Func<string, bool> isOf,
        CancellationToken cancellationToken
    )
    {
        if (!doom.IsAt(unanswered, isOf))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        // Only the server knows when it has read a request.
        var answer = base.SendAsync(request, cancellationToken);
        using var question = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(request.RequestUri!, LedgerServer.HeldPath)
        );
        using var held = await base.SendAsync(question, cancellationToken);
        held.EnsureSuccessStatusCode();
        Doom.Die();
        return await answer;
    }
}
