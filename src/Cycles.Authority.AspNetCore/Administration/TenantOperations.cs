namespace Cycles.Authority;

/// <summary>Tenants and their API keys.</summary>
internal sealed class TenantOperations(AuthorityHost host)
{
    public async Task CreateAsync(Exchange exchange)
    {
        if (host.AuthenticateOperator(exchange) is { } stranger)
        {
            await exchange.RefuseAsync(stranger).ConfigureAwait(false);
            return;
        }

        var request = await RequestBody
            .ReadAsync(host, exchange, WireJson.AdminRequests.TenantCreateRequest)
            .ConfigureAwait(false);
        if (request is null)
        {
            return;
        }

        if (request.Validate() is { } finding)
        {
            await exchange.RefuseAsync(HostErrors.Invalid(finding)).ConfigureAwait(false);
            return;
        }

        exchange.Request.RouteValues["tenant"] = request.Tenant;
        await AdminRequest
            .RunAsync(
                host,
                exchange,
                "createTenant",
                administration =>
                {
                    administration.CreateTenant(request.ToSettings());
                    return AnswerAsync(exchange, 201, administration, "ACTIVE");
                }
            )
            .ConfigureAwait(false);
    }

    public Task CloseAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "closeTenant",
            async administration =>
            {
                if (await RequestBody.IsEmptyAsync(host, exchange).ConfigureAwait(false))
                {
                    administration.CloseTenant();
                    await AnswerAsync(exchange, 200, administration, "CLOSED").ConfigureAwait(false);
                }
            }
        );

    public Task CreateKeyAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "createApiKey",
            async administration =>
            {
                if (await RequestBody.IsEmptyAsync(host, exchange).ConfigureAwait(false))
                {
                    var key = host.ApiKeys.Create(administration.Tenant);
                    await exchange
                        .AnswerAsync(
                            201,
                            new ApiKeyAnswer(key.KeyId, key.Tenant, "ACTIVE", key.Key),
                            AdminJsonContext.Default.ApiKeyAnswer
                        )
                        .ConfigureAwait(false);
                }
            }
        );

    public Task RevokeKeyAsync(Exchange exchange) =>
        AdminRequest.RunAsync(
            host,
            exchange,
            "revokeApiKey",
            administration =>
            {
                var id = exchange.Route("key_id");
                return host.ApiKeys.Revoke(id, administration.Tenant)
                    ? exchange.AnswerAsync(
                        200,
                        new ApiKeyAnswer(id, administration.Tenant, "REVOKED"),
                        AdminJsonContext.Default.ApiKeyAnswer
                    )
                    : exchange.RefuseAsync(HostErrors.ApiKeyNotFound(id, administration.Tenant));
            }
        );

    private static Task AnswerAsync(Exchange exchange, int status, TenantAdministration tenant, string state) =>
        exchange.AnswerAsync(status, new TenantAnswer(tenant.Tenant, state), AdminJsonContext.Default.TenantAnswer);
}
