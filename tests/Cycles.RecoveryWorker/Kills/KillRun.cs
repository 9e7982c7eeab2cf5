using System.Globalization;

namespace Cycles.RecoveryWorker;

/// <summary>
/// One worker after the other on one journal and one ledger. Each settles what was left behind, spends something, and
/// dies at a point of its last settlement; after each of them the ledger has to agree with what they all said they spent.
/// </summary>
/// <remarks>
/// What counts is what a worker hands over, said before it calls <c>CommitAsync</c>. There is one exception, and it is
/// counted apart: a worker that dies before anything is on disk has told nobody but this program, so nothing of it may
/// ever be charged, and its hold has to come back with its time. From the first whole file on nothing may be missing.
/// </remarks>
internal sealed class KillRun : IAsyncDisposable
{
    /// <summary>A server's wait is for hours, and has a test of its own.</summary>
    public static KillPoint[] Points { get; } = [.. Enum.GetValues<KillPoint>().Except([KillPoint.Throttled])];

    private readonly Random _random;
    private readonly LedgerServer _ledger;
    private readonly string _base;
    private readonly string _folder;
    private readonly HashSet<long> _amounts = [];
    private readonly KillReport _report = new();

    private KillRun(LedgerServer ledger, int seed)
    {
        _random = new Random(seed);
        _ledger = ledger;
        _base = Directory.CreateTempSubdirectory("cycles-kills-").FullName;
        _folder = Path.Combine(_base, JournalIdentity.OfTenant(ledger.Url.OriginalString, LedgerServer.Tenant).Name);
    }

    /// <summary>Kills one worker at each point, in order, and lets a last one live.</summary>
    /// <exception cref="InvalidOperationException">Something is lost, charged twice, or left behind.</exception>
    public static async Task<KillReport> RunAsync(IEnumerable<KillPoint> points, int seed)
    {
        await using var run = new KillRun(await LedgerServer.StartAsync(), seed);
        foreach (var point in points)
        {
            await run.KillAsync(point);
        }

        using var last = run.Start();
        await run.SettleAsync(last);
        var (exitCode, errors) = await last.EndAsync();
        Require(exitCode == 0, $"the last worker ended with {exitCode}: {errors}");
        return run._report;
    }

    /// <summary>Points at random, each as likely as any other.</summary>
    public static KillPoint[] Random(int count, int seed) => new Random(seed).GetItems(Points, count);

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        Directory.Delete(_base, recursive: true);
    }

    private Application AnyApplication => _random.GetItems(Enum.GetValues<Application>(), 1)[0];

    private WorkerProcess Start() =>
        new("spend", _ledger.Url.OriginalString, LedgerServer.ApiKey, LedgerServer.Tenant, _base);

    private async Task KillAsync(KillPoint point)
    {
        using var worker = Start();
        await SettleAsync(worker);
        for (var i = _random.Next(3); i > 0; i--)
        {
            await SpendAsync(worker);
        }

        var (id, amount) = await BeginAsync(worker, point.ToString());
        Interfere(id, point);
        await worker.TellAsync();
        var said = await worker.ReadLineAsync();
        var (exitCode, errors) = await worker.EndAsync();
        Require(
            said is null && exitCode == WorkerProcess.Killed,
            $"{point}: a worker was to be killed, but said '{said}' and ended with {exitCode}: {errors}"
        );
        _report.Killed(point);
        await CheckRemainsAsync(point, id, amount);
    }

    /// <summary>Somebody before the one that dies, who may leave something behind too.</summary>
    private async Task SpendAsync(WorkerProcess worker)
    {
        var (id, amount) = await BeginAsync(worker);
        var isCut = _random.Next(3) > 0;
        if (isCut)
        {
            _ledger.InterfereOnce("commit", Interferences.Cut(applied: _random.Next(2) == 0), id);
        }

        var outcome = await worker.AskAsync("");
        var expected = isCut ? SettlementOutcome.Pending : SettlementOutcome.Committed;
        Require(outcome == expected.ToString(), $"a commit was to be {expected}, and is '{outcome}'");
        _report.Spent(amount);
    }

    private async Task<(string Id, long Amount)> BeginAsync(WorkerProcess worker, string end = "")
    {
        long amount;
        do
        {
            // Each amount once, so that one that is lost can't hide behind one that is charged twice.
            amount = _random.Next(1, 1_000_000);
        } while (!_amounts.Add(amount));

        var said = await worker.AskAsync(string.Create(CultureInfo.InvariantCulture, $"spend {amount} {end}").Trim());
        return said?.Split(' ') is ["spends", var id, _]
            ? (id, amount)
            : throw new InvalidOperationException(
                $"a worker was to spend, and said '{said}': {(await worker.EndAsync()).Errors}"
            );
    }

    /// <summary>Makes the last settlement of a worker come to its point.</summary>
    private void Interfere(string id, KillPoint point)
    {
        switch (point)
        {
            case KillPoint.BeforeSwitch or KillPoint.BeforeEvent:
                _ledger.HoldsExpire();
                break;
            case KillPoint.CommitUnanswered:
                _ledger.InterfereOnce("commit", _ledger.Hold(AnyApplication), id);
                break;
            case KillPoint.EventUnanswered:
                _ledger.HoldsExpire();
                _ledger.InterfereOnce("event", _ledger.Hold(AnyApplication), id);
                break;
            case KillPoint.BeforeRemove when _random.Next(2) == 0:
                _ledger.HoldsExpire(); // Then it is charged as an event.
                break;
            default:
                break;
        }
    }

    /// <summary>What a dead worker leaves behind, before anybody touches it.</summary>
    private async Task CheckRemainsAsync(KillPoint point, string id, long amount)
    {
        var path = Path.Combine(_folder, JournalNames.Of(id));
        if (point is KillPoint.BeforeWrite or KillPoint.BeforeRename)
        {
            Require(!File.Exists(path), $"{point}: there is a record");
            Require(!_ledger.Requests.Any(request => request.Settles(id)), $"{point}: a request has left");
            Require(
                (await _ledger.ReservationAsync(id)).Status == ReservationStatus.Active,
                $"{point}: the hold is gone"
            );
            if (point == KillPoint.BeforeRename)
            {
                Directory.Delete(path); // What made the rename fail.
                _report.Spent(amount);
            }
            else
            {
                _report.DiedUnwritten(amount);
            }

            return;
        }

        Require(File.Exists(path), $"{point}: there is no record");
        var record = JournalRecord.Parse(await File.ReadAllBytesAsync(path));
        var isEvent = point is KillPoint.BeforeEvent or KillPoint.EventUnanswered;
        Require(
            point == KillPoint.BeforeRemove || (record.Mode == JournalMode.Event) == isEvent,
            $"{point}: the record says {record.Mode}"
        );
        _report.Spent(amount);
    }

    /// <summary>Lets a worker settle what it finds, and compares the ledger with what all of them said.</summary>
    private async Task SettleAsync(WorkerProcess worker)
    {
        var said = await worker.AskAsync("flush");
        Require(
            said is not null && said.EndsWith("rejected 0 pending 0", StringComparison.Ordinal),
            $"a worker was to settle what it found, and said '{said}'"
        );
        await _ledger.WhenQuietAsync();
        var left = Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*.json", SearchOption.AllDirectories) : [];
        Require(left.Length == 0, $"{left.Length} records are left behind");
        _ledger.HoldsExpire();
        var balance = await _ledger.BalanceAsync();
        Require(
            balance.Spent == Amount.Tokens(_report.Sum) && balance.Reserved == Amount.Tokens(0),
            $"the workers say that they spent {_report.Sum}, the ledger {balance.Spent}, with {balance.Reserved} held"
        );
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InvalidOperationException(problem);
        }
    }
}
