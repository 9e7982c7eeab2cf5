namespace AuthorityServer;

/// <summary>What the server says when it is ready.</summary>
internal static class Welcome
{
    public static void Print(TextWriter output, ServerOptions options, ICollection<string> urls)
    {
        var url = urls.First();
        output.WriteLine($"Cycles authority on {string.Join(", ", urls)}, in memory");
        for (var i = 0; i < options.Keys.Count; i++)
        {
            output.WriteLine($"  tenant {options.Tenants[i]}: API key {options.Keys[i]}");
        }

        foreach (var budget in options.Budgets)
        {
            output.WriteLine($"  budget {budget.Scope}: {budget.Allocated}");
        }

        output.WriteLine(
            options.AdminKey is null ? "  no operator (--admin-key)" : $"  operator's side on {url}/admin"
        );
        output.WriteLine("Try:");
        output.WriteLine(
            $"  curl -s -H 'X-Cycles-API-Key: {options.Keys[0]}' '{url}/v1/balances?tenant={options.Tenants[0]}'"
        );
        output.WriteLine("Stop it with Ctrl+C or SIGTERM.");
    }
}
