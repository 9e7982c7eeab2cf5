using Microsoft.Extensions.DependencyInjection;

namespace Cycles.Client.Tests;

internal static class RepeatingHandlerExtensions
{
    public static IHttpClientBuilder AddRepeating(this IHttpClientBuilder builder, bool copies) =>
        builder.AddHttpMessageHandler(() => new RepeatingHandler(copies));
}
