using FsCheck;
using FsCheck.Fluent;

namespace Cycles.Authority.Tests;

public sealed class LedgerProperties
{
    /// <summary>
    /// After every move of every history: remaining = allocated - spent - reserved - debt; reserved is the sum of what
    /// active reservations hold; spent and debt are what was charged; what was refused or repeated changed nothing.
    /// </summary>
    [Test]
    public void The_books_agree_after_every_move([Range(1, 4)] int scopes) =>
        Prop.ForAll(
                Histories.Any,
                history =>
                {
                    var model = new LedgerModel(scopes);
                    foreach (var move in history)
                    {
                        model.RunAsync(move).GetAwaiter().GetResult();
                    }
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(250).WithStartSize(5).WithEndSize(90));
}
