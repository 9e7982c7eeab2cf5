using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>An answer, read whole.</summary>
internal sealed class Reply(HttpStatusCode status, HttpResponseHeaders headers, string text)
{
    public int Status { get; } = (int)status;

    public bool IsSuccess => Status is >= 200 and < 300;

    public string Text { get; } = text;

    public JsonElement Body { get; } = text.Length == 0 ? default : JsonElement.Parse(text);

    public string? Error => Body.TryGetProperty("error", out var code) ? code.GetString() : null;

    public string Message => Body.GetProperty("message").GetString()!;

    /// <summary>The field that a 400 names.</summary>
    public string? Field =>
        Body.TryGetProperty("details", out var details) && details.TryGetProperty("field", out var name)
            ? name.GetString()
            : null;

    public string? Header(string name) => headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    public string String(string member) => Body.GetProperty(member).GetString()!;

    public long Amount(string member) => Body.GetProperty(member).GetProperty("amount").GetInt64();

    public override string ToString() => $"{Status} {Text}";
}
