using Microsoft.AspNetCore.Http;

namespace Cycles.RecoveryWorker;

/// <summary>What goes wrong on the way to a ledger and back.</summary>
internal static class Interferences
{
    /// <summary>Cuts the connection, before or after the ledger did its part.</summary>
    public static Interference Cut(bool applied) =>
        async (context, apply) =>
        {
            if (applied)
            {
                await UnheardAsync(context, apply);
            }

            context.Abort();
        };

    /// <summary>Answers something else, before or after the ledger did its part.</summary>
    public static Interference Answer(
        int status,
        string body,
        bool applied = false,
        params (string Name, string Value)[] headers
    ) =>
        async (context, apply) =>
        {
            if (applied)
            {
                await UnheardAsync(context, apply);
                context.Response.Clear();
            }

            context.Response.StatusCode = status;
            foreach (var (name, value) in headers)
            {
                context.Response.Headers.Append(name, value);
            }

            if (body.Length > 0)
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync(body);
            }
        };

    /// <summary>Reads a request and never answers.</summary>
    /// <param name="application">When the ledger does its part.</param>
    /// <param name="isRead">Told when it was read, and applied where that comes first.</param>
    public static Interference Hold(Application application, Action isRead) =>
        async (context, apply) =>
        {
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var ending = context.RequestAborted.Register(gone.SetResult);
            if (application == Application.Before)
            {
                await UnheardAsync(context, apply);
            }

            isRead();
            await gone.Task;
            if (application == Application.After)
            {
                await UnheardAsync(context, apply);
            }
        };

    /// <summary>The ledger does its part, whoever is still there, and nobody hears of it.</summary>
    private static async Task UnheardAsync(HttpContext context, Func<Task> apply)
    {
        var answer = context.Response.Body;
        context.Response.Body = Stream.Null;
        context.RequestAborted = CancellationToken.None;
        await apply();
        context.Response.Body = answer;
    }
}
