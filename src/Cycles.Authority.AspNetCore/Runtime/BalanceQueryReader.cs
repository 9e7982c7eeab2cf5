using Microsoft.AspNetCore.Http;

namespace Cycles.Authority;

/// <summary>The query of <c>getBalances</c>.</summary>
internal static class BalanceQueryReader
{
    public static ValidationFinding? Read(QueryString text, out BalanceQuery query)
    {
        var reader = new QueryReader(text);
        query = new BalanceQuery
        {
            Subject = reader.Subject() ?? new Subject(),
            IncludeChildren = reader.Flag("include_children"),
            Limit = reader.Number("limit"),
            Cursor = reader.Text("cursor"),
        };
        return reader.Finding ?? query.Validate();
    }
}
