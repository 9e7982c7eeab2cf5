using Microsoft.AspNetCore.Http;

namespace Cycles.RecoveryWorker;

/// <summary>What happens to a request instead of being answered.</summary>
/// <param name="context">The request.</param>
/// <param name="apply">Lets the ledger do its part, and answer.</param>
internal delegate Task Interference(HttpContext context, Func<Task> apply);
