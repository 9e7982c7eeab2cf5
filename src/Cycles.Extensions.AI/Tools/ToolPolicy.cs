using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cycles.Extensions.AI;

/// <summary>
/// What each tool costs and how it is guarded. Asked in turn, each for what the ones before leave open: the tool itself
/// (<see cref="CyclesCostAttribute"/>), its entry, the patterns that match its name, <see cref="Resolve"/>, and
/// <see cref="Default"/>.
/// </summary>
/// <remarks>
/// Set it up before the tools are guarded; apart from <see cref="Unconfigured"/> it is read then, and changes made later
/// have no effect. One policy may serve any number of guards.
/// </remarks>
public sealed class ToolPolicy
{
    private readonly List<KeyValuePair<string, ToolTerms>> _entries = [];
    private readonly ConcurrentDictionary<string, bool> _unconfigured = new(StringComparer.Ordinal);

    /// <summary>What the tools cost that nothing else names. Without an estimate such a tool is refused.</summary>
    public ToolTerms Default { get; } = new();

    /// <summary>
    /// Says by code what a call costs; null leaves it open. Called for each call, on any thread, when tool and entries
    /// leave the estimate open.
    /// </summary>
    public Func<ToolCall, ToolTerms?>? Resolve { get; set; }

    /// <summary>Who acts, and for whom; each open level comes from the client. Default none.</summary>
    public Subject? Subject { get; set; }

    /// <summary>Says for each call who acts; null for <see cref="Subject"/>. Called on any thread.</summary>
    public Func<ToolCall, Subject?>? ResolveSubject { get; set; }

    /// <summary>Told about every denied call, on any thread; what it throws is logged.</summary>
    public Action<ToolDenial>? OnDenied { get; set; }

    /// <summary>
    /// How long a call waits where the authority asked for a pause before the next action (<see cref="Caps.CooldownMs"/>),
    /// 0 or more; default 5 s. A longer pause denies the call.
    /// </summary>
    public TimeSpan MaxCooldown { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Lets the calls run in shadow mode; default as the run does, else as the client does.</summary>
    public ShadowReport? Shadow { get; set; }

    /// <summary>The clock of pauses; default the container's, else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Where to log, as category <c>Cycles.Extensions.AI</c>; default the container's, else the client's.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The tools met so far whose estimate comes from <see cref="Default"/> or from nowhere, by name.</summary>
    public IReadOnlyList<string> Unconfigured => [.. _unconfigured.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The entry of a tool, or of all tools whose name matches a pattern; made when it is first asked for.</summary>
    /// <param name="tool">
    /// A name, or a pattern in which <c>*</c> stands for any run of characters; case-sensitive. A tool's own entry comes
    /// before patterns, and patterns in the order in which they were added.
    /// </param>
    public ToolTerms this[string tool]
    {
        get
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(tool);
            var known = _entries.Find(entry => string.Equals(entry.Key, tool, StringComparison.Ordinal)).Value;
            if (known is null)
            {
                known = new ToolTerms();
                _entries.Add(new(tool, known));
            }

            return known;
        }
    }

    internal IReadOnlyList<KeyValuePair<string, ToolTerms>> Entries => _entries;

    /// <summary>Whether the tool was not on the list yet.</summary>
    internal bool AddUnconfigured(string tool) => _unconfigured.TryAdd(tool, true);
}
