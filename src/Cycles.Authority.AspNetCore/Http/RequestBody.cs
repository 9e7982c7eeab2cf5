using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cycles.Authority;

/// <summary>Reads a request's JSON: type (415), size (413), text and fields (400).</summary>
internal static class RequestBody
{
    /// <summary>Reads a body, or answers why it cannot be read.</summary>
    /// <returns>The body; null when the request is answered already.</returns>
    public static async ValueTask<T?> ReadAsync<T>(AuthorityHost host, Exchange exchange, JsonTypeInfo<T> type)
        where T : class
    {
        if (CheckType(exchange.Request) is { } unsupported)
        {
            await exchange.RefuseAsync(unsupported).ConfigureAwait(false);
            return null;
        }

        var reader = exchange.Request.BodyReader;
        while (exchange.Request.ContentLength is null || exchange.Request.ContentLength <= host.MaxRequestBodyBytes)
        {
            var result = await reader.ReadAsync().ConfigureAwait(false);
            if (result.Buffer.Length > host.MaxRequestBodyBytes)
            {
                reader.AdvanceTo(result.Buffer.End);
                break;
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            var refusal = Parse(result.Buffer, type, out var value);
            reader.AdvanceTo(result.Buffer.End);
            if (refusal is not null)
            {
                await exchange.RefuseAsync(HostErrors.Invalid(refusal)).ConfigureAwait(false);
            }

            return value;
        }

        await exchange
            .RefuseAsync(
                HostErrors.Invalid(
                    StatusCodes.Status413PayloadTooLarge,
                    new ValidationFinding("body", $"must be at most {host.MaxRequestBodyBytes} bytes")
                )
            )
            .ConfigureAwait(false);
        return null;
    }

    /// <summary>Reads the body of an operation that takes nothing: no byte, or an object without fields.</summary>
    /// <returns>Whether it is empty; else the request is answered already.</returns>
    public static async ValueTask<bool> IsEmptyAsync(AuthorityHost host, Exchange exchange)
    {
        var reader = exchange.Request.BodyReader;
        var result = await reader.ReadAsync().ConfigureAwait(false);
        reader.AdvanceTo(result.Buffer.Start);
        return result is { IsCompleted: true, Buffer.IsEmpty: true }
            || await ReadAsync(host, exchange, WireJson.AdminRequests.EmptyRequest).ConfigureAwait(false) is not null;
    }

    private static CyclesError? CheckType(HttpRequest request)
    {
        if (request.ContentType is Exchange.JsonType && request.Headers.ContentEncoding.Count == 0)
        {
            return null;
        }

        var isJson =
            MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(Exchange.JsonType, StringComparison.OrdinalIgnoreCase)
            && (
                !type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            );
        return isJson && request.Headers.ContentEncoding.Count == 0
            ? null
            : HostErrors.Invalid(
                StatusCodes.Status415UnsupportedMediaType,
                $"The body must be {Exchange.JsonType} in UTF-8, and not compressed."
            );
    }

    private static ValidationFinding? Parse<T>(in ReadOnlySequence<byte> body, JsonTypeInfo<T> type, out T? value)
        where T : class
    {
        var json = body.IsSingleSegment ? body.First : body.ToArray();
        value = null;
        if (JsonText.Check(json.Span) is { } garbled)
        {
            return garbled;
        }

        try
        {
            value = JsonSerializer.Deserialize(json.Span, type);
            return value is null ? new ValidationFinding("body", "must be an object but was null") : null;
        }
        catch (JsonException refusal)
        {
            return JsonDiagnosis.Explain(json, WireJson.Described(type), refusal);
        }
    }
}
