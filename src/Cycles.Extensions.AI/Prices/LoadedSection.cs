using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Cycles.Extensions.AI;

/// <summary>A section that prices came from.</summary>
/// <param name="Section">The section.</param>
/// <param name="Token">From before it was read, so that no change is missed.</param>
internal sealed record LoadedSection(IConfiguration Section, IChangeToken Token)
{
    /// <summary>Why it could not be read anew.</summary>
    public Exception? Error { get; init; }

    public bool HasChanged => Token.HasChanged;
}
