namespace Cycles.Authority.Tests;

public sealed class EmbeddedConformance() : AuthorityConformance(() => new EmbeddedBackend());
