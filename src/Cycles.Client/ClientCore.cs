using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cycles;

/// <summary>What the clients of all tenants share: options, settlement, connections, and their end.</summary>
internal sealed class ClientCore
{
    private readonly ConcurrentDictionary<ISettlementJournal, string?> _journals = new(
        ReferenceEqualityComparer.Instance
    );
    private readonly IDisposable? _owned;
    private int _disposed;

    /// <param name="authority">That of the first client.</param>
    /// <param name="options">Checked, and a copy of its own.</param>
    /// <param name="owned">What ends with it.</param>
    public ClientCore(ICyclesAuthority authority, CyclesClientOptions options, IDisposable? owned = null)
    {
        _owned = owned;
        Authority = authority;
        Options = options;
        Log = new SafeLogger((options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Cycles.Client"));
        Settler = new Settler(options, Log);
        Heart = new Heart(options, Log);
    }

    public ICyclesAuthority Authority { get; }

    public CyclesClientOptions Options { get; }

    /// <summary>The first client, whose end is the end of all.</summary>
    public CyclesClient? Root { get; set; }

    public ILogger Log { get; }

    public Settler Settler { get; }

    public Heart Heart { get; }

    /// <summary>The journal of one tenant, from which what was left behind is settled from now on; null where none is kept.</summary>
    public SpendJournal? OpenJournal(ICyclesAuthority authority)
    {
        if (!(Options.JournalEnabled ?? (Options.BaseUrl is not null || Options.Journal is not null)))
        {
            return null;
        }

        // To the letter, as everywhere that a journal is shared.
        var baseUrl = Options.BaseUrl?.OriginalString ?? "";
        var identity =
            authority.Tenant is { } tenant && !string.IsNullOrWhiteSpace(tenant)
                ? JournalIdentity.OfTenant(baseUrl, tenant)
                : JournalIdentity.OfKey(baseUrl, Options.ApiKey ?? "");
        var journal = new SpendJournal(
            Options.Journal is null
                ? new FileSettlementJournal(Options.JournalDirectory, identity, Options.TimeProvider)
                : JournalOf(identity, Options.Journal(identity)),
            baseUrl,
            Options.TimeProvider ?? TimeProvider.System,
            Log
        );
        Settler.Replay(journal, authority);
        return journal;
    }

    public ConcurrentDictionary<string, CyclesClient> Tenants { get; } = new(StringComparer.OrdinalIgnoreCase);

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public static ClientCore Of(ICyclesAuthority authority, CyclesClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(authority);
        options = options?.Copy() ?? new CyclesClientOptions();
        var problems = CyclesClientOptionsCheck.Problems(options);
        if (options.BaseUrl is not null)
        {
            problems = [.. problems, CyclesClientOptionsCheck.TwoAuthorities(options)];
        }

        ThrowIfAny(problems, nameof(options));
        return new ClientCore(authority, options);
    }

    public static ClientCore Of(Uri baseUrl, string? apiKey, CyclesClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        options = options?.Copy() ?? new CyclesClientOptions();
        options.BaseUrl = baseUrl;
        options.ApiKey = apiKey;
        ThrowIfAny(
            [.. CyclesClientOptionsCheck.Problems(options), .. CyclesClientOptionsCheck.ConnectionProblems(options)],
            nameof(options)
        );
        var http = HttpHandlers.NewInvoker(options);
        return new ClientCore(new HttpCyclesAuthority(() => http, options), options, http);
    }

    /// <summary>Records do not say whose they are, so that a shared journal would be replayed with the wrong key.</summary>
    private ISettlementJournal JournalOf(JournalIdentity identity, ISettlementJournal journal) =>
        _journals.GetOrAdd(journal, identity.Tenant) == identity.Tenant
            ? journal
            : throw new InvalidOperationException(
                $"{Options.NameOf(nameof(CyclesClientOptions.Journal))} gave tenant '{identity.Tenant}' the journal of another tenant: give each identity one of its own."
            );

    /// <summary>Nobody waits: what is unsettled is reported.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, 1);
        Heart.Stop();
        Settler.Stop();
        _owned?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, 1);
        await Settler.FlushAsync(Options.DrainTimeout, CancellationToken.None).ConfigureAwait(false);
        Dispose();
    }

    private static void ThrowIfAny(IReadOnlyList<string> problems, string parameter)
    {
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", problems), parameter);
        }
    }
}
