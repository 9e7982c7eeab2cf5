using Cycles.Authority.Tests;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>Over HTTP an authority does what it does in process.</summary>
public sealed class HttpConformance() : AuthorityConformance(() => new HttpBackend());
