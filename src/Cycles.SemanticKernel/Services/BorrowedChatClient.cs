using Microsoft.Extensions.AI;

namespace Cycles.SemanticKernel;

/// <summary>A client that somebody else disposes: the container does not own an instance that it was given.</summary>
internal sealed class BorrowedChatClient(IChatClient client) : DelegatingChatClient(client)
{
    protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
}
