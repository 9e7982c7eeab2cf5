using System.Net.Http.Headers;
using System.Text;

namespace Cycles.Authority.AspNetCore.Tests;

public sealed class LimitTests : HostFixture
{
    [Test]
    public async Task A_body_of_the_largest_size_is_taken_and_one_byte_more_is_413()
    {
        AssertValid(WireSchemas.DecisionResponse, await Host.PostAsync("/v1/decide", BodyOf(256 * 1024)));
        AssertRefused(await Host.PostAsync("/v1/decide", BodyOf((256 * 1024) + 1)), 413, "INVALID_REQUEST", "body");
    }

    [Test]
    public async Task A_body_without_a_length_is_measured_as_it_comes()
    {
        using var content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(BodyOf(300 * 1024))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentLength = null;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/decide") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.TryAddWithoutValidation("X-Cycles-API-Key", TestHost.AcmeKey);

        using var response = await Host.Http.SendAsync(request);

        Assert.That((int)response.StatusCode, Is.EqualTo(413));
        Assert.That(
            WireSchemas.ErrorResponse(
                System.Text.Json.JsonElement.Parse(await response.Content.ReadAsStringAsync()),
                "$"
            ),
            Is.Null
        );
    }

    [TestCase("application/json", 200)]
    [TestCase("application/json; charset=utf-8", 200)]
    [TestCase("Application/JSON; charset=\"UTF-8\"", 200)]
    [TestCase("application/json; charset=utf-16", 415)]
    [TestCase("text/plain", 415)]
    [TestCase("application/xml", 415)]
    [TestCase("application/x-www-form-urlencoded", 415)]
    [TestCase("nonsense", 415)]
    [TestCase(null, 415)]
    public async Task The_content_type_is_JSON(string? type, int status)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Bodies.Decide()));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        var reply = await Host.SendAsync(HttpMethod.Post, "/v1/decide", content);

        Assert.That(reply.Status, Is.EqualTo(status), reply.ToString());
    }

    [Test]
    public async Task A_compressed_body_is_415()
    {
        using var content = TestHost.JsonBody(Bodies.Decide());
        content.Headers.ContentEncoding.Add("gzip");

        AssertRefused(await Host.SendAsync(HttpMethod.Post, "/v1/decide", content), 415, "INVALID_REQUEST");
    }

    [Test]
    public async Task Headers_that_are_too_large_are_431()
    {
        var reply = await Host.GetAsync("/v1/balances?tenant=acme", ("X-Large", new string('x', 17 * 1024)));

        AssertRefused(reply, 431, "INVALID_REQUEST");
    }

    [Test]
    public async Task The_limits_are_options()
    {
        await using var host = await TestHost.StartAsync(options => options.MaxRequestBodyBytes = 1_024);

        var reply = await host.PostAsync("/v1/decide", BodyOf(1_025));

        AssertRefused(reply, 413, "INVALID_REQUEST");
    }

    private static string BodyOf(int length)
    {
        var empty = Bodies.Decide().Replace("}}", """},"metadata":{"a":""}}""", StringComparison.Ordinal);
        return empty.Replace("\"\"", $"\"{new string('x', length - empty.Length)}\"", StringComparison.Ordinal);
    }
}
