using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cycles.Authority;

/// <summary>What all of an operator's operations have in common: the key, the tenant, refusals and the audit log.</summary>
internal static class AdminRequest
{
    /// <summary>Checks the operator's key and the tenant in the path, then runs.</summary>
    public static async Task RunAsync(
        AuthorityHost host,
        Exchange exchange,
        string operation,
        Func<TenantAdministration, Task> run
    )
    {
        if (host.AuthenticateOperator(exchange) is { } stranger)
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        var tenant = exchange.Route("tenant");
        if (Find(host, exchange, tenant, out var administration) is { } unknown)
        {
            await exchange.RefuseAsync(unknown).ConfigureAwait(false);
            return;
        }

        // Before the answer leaves: whoever has it finds the record, also where nobody is there to be answered.
        exchange.Answering = status => AuditLog.Administered(host.Logger, exchange, operation, status);
        try
        {
            await run(administration).ConfigureAwait(false);
        }
        catch (AdministrationException refused)
        {
            await exchange.RefuseAsync(WithWireNames(refused.Error)).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a body, then answers with the budget that the operation returns.</summary>
    public static Task RunAsync<TRequest>(
        AuthorityHost host,
        Exchange exchange,
        string operation,
        JsonTypeInfo<TRequest> type,
        Func<TenantAdministration, TRequest, Balance> run
    )
        where TRequest : class =>
        RunAsync(
            host,
            exchange,
            operation,
            async administration =>
            {
                var request = await RequestBody.ReadAsync(host, exchange, type).ConfigureAwait(false);
                if (request is not null)
                {
                    await AnswerAsync(exchange, run(administration, request)).ConfigureAwait(false);
                }
            }
        );

    public static Task AnswerAsync(Exchange exchange, Balance budget, int status = 200) =>
        exchange.AnswerAsync(status, budget, AdminJsonContext.Default.Balance);

    /// <summary>The operator's side of a tenant that a path or a body names.</summary>
    public static CyclesError? Find(
        AuthorityHost host,
        Exchange exchange,
        string tenant,
        out TenantAdministration administration
    )
    {
        administration = null!;
        if (new Subject { Tenant = tenant }.Validate() is { } finding)
        {
            return HostErrors.Invalid(new ValidationFinding("tenant", finding.Problem));
        }

        administration = host.Authority.Administer(tenant);
        exchange.ActFor(administration.Tenant);
        return null;
    }

    /// <summary>The ledger names its parameters as C# does, the wire as JSON does.</summary>
    private static CyclesError WithWireNames(CyclesError error)
    {
        var field = error.Details?.GetValueOrDefault("field") is { ValueKind: JsonValueKind.String } given
            ? given.GetString()!
            : "";
        var name =
            JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Split('.')[0]) + field[field.Split('.')[0].Length..];
        if (name == field || !error.Message.StartsWith(field, StringComparison.Ordinal))
        {
            return error;
        }

        return HostErrors.Invalid(
            error.Status,
            new ValidationFinding(name, error.Message[field.Length..].Trim(' ', '.'))
        );
    }
}
