using FsCheck;
using FsCheck.Fluent;

namespace Cycles.Authority.Tests;

/// <summary>Random histories, with extreme amounts among the ordinary ones.</summary>
public static class Histories
{
    private static readonly Gen<long> Amounts = Gen.Frequency(
        (12, Gen.Choose(0, 120).Select(amount => (long)amount)),
        (3, Gen.Choose(100, 5_000).Select(amount => (long)amount)),
        (1, Gen.Elements(long.MaxValue, long.MaxValue - 1, long.MaxValue / 2, (long.MaxValue / 2) + 1, 1L << 53))
    );

    private static readonly Gen<MoveKind> Kinds = Gen.Frequency(
        (10, Gen.Constant(MoveKind.Reserve)),
        (8, Gen.Constant(MoveKind.Commit)),
        (3, Gen.Constant(MoveKind.Release)),
        (2, Gen.Constant(MoveKind.Extend)),
        (4, Gen.Constant(MoveKind.Event)),
        (1, Gen.Constant(MoveKind.Decide)),
        (1, Gen.Constant(MoveKind.DryRun)),
        (4, Gen.Constant(MoveKind.Replay)),
        (2, Gen.Constant(MoveKind.Mismatch)),
        (3, Gen.Constant(MoveKind.Advance)),
        (2, Gen.Constant(MoveKind.Credit)),
        (1, Gen.Constant(MoveKind.Debit)),
        (1, Gen.Constant(MoveKind.Reset)),
        (1, Gen.Constant(MoveKind.ResetSpent)),
        (2, Gen.Constant(MoveKind.SetLimit)),
        (1, Gen.Constant(MoveKind.Freeze)),
        (2, Gen.Constant(MoveKind.Unfreeze))
    );

    private static readonly Gen<CommitOveragePolicy?> Policies = Gen.Elements<CommitOveragePolicy?>(
        null,
        CommitOveragePolicy.Reject,
        CommitOveragePolicy.AllowIfAvailable,
        CommitOveragePolicy.AllowWithOverdraft
    );

    private static readonly Gen<Move> One =
        from kind in Kinds
        from levels in Gen.Choose(1, 4)
        from amount in Amounts
        from pick in Gen.Choose(0, 1_000_000)
        from policy in Policies
        select new Move(kind, levels, amount, pick, policy);

    /// <summary>Shrunk by leaving steps out, so that a failure shows what matters.</summary>
    public static Arbitrary<Move[]> Any { get; } = Arb.From(One.ArrayOf(), Shrink);

    private static IEnumerable<Move[]> Shrink(Move[] history)
    {
        for (var size = history.Length / 2; size > 0; size /= 2)
        {
            for (var from = 0; from + size <= history.Length; from += size)
            {
                yield return [.. history[..from], .. history[(from + size)..]];
            }
        }
    }
}
