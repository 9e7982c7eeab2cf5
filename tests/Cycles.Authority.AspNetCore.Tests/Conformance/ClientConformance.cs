using Cycles.Authority.Tests;

namespace Cycles.Authority.AspNetCore.Tests;

/// <summary>The client's HTTP seam does what the seam in process does.</summary>
public sealed class ClientConformance() : AuthorityConformance(() => new ClientBackend());
