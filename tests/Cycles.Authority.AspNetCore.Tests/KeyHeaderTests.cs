using System.Net;
using System.Text;

namespace Cycles.Authority.AspNetCore.Tests;

public sealed class KeyHeaderTests : HostFixture
{
    [TestCase("iso-8859-1")]
    [TestCase("utf-8")]
    public async Task A_key_beyond_ASCII_is_the_same_in_header_and_body(string encoding)
    {
        Assert.That(await SendAsync("schl\u00fcssel", "schl\u00fcssel", encoding), Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("iso-8859-1")]
    [TestCase("utf-8")]
    public async Task Another_key_beyond_ASCII_is_refused(string encoding)
    {
        Assert.That(
            await SendAsync("schl\u00f6ssel", "schl\u00fcssel", encoding),
            Is.EqualTo(HttpStatusCode.BadRequest)
        );
    }

    private async Task<HttpStatusCode> SendAsync(string header, string body, string encoding)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.GetEncoding(encoding),
        };
        using var http = new HttpClient(handler) { BaseAddress = Host.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/reservations")
        {
            Content = new StringContent(Bodies.Reserve(body, 5), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Cycles-API-Key", TestHost.AcmeKey);
        request.Headers.TryAddWithoutValidation("X-Idempotency-Key", header);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }
}
