namespace Cycles.Authority.Tests;

public sealed class IdsTests
{
    private readonly Ids _ids = new();

    [TestCase(0, 0)]
    [TestCase(1, 42)]
    [TestCase(int.MaxValue, long.MaxValue)]
    public void An_id_is_read_back(int tenant, long number)
    {
        var id = _ids.Reservation(tenant, number);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(_ids.TryParse(id, out var readTenant, out var readNumber), Is.True);
            Assert.That((readTenant, readNumber), Is.EqualTo((tenant, number)));
            Assert.That(id, Has.Length.LessThanOrEqualTo(128));
        }
    }

    [Test]
    public void Ids_sort_in_the_order_they_were_given() =>
        Assert.That(
            new[] { 0L, 9, 10, 15, 16, 255, 256, 1L << 40 }.Select(number => _ids.Reservation(3, number)),
            Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal)
        );

    [Test]
    public void Another_spelling_is_no_id()
    {
        var id = _ids.Reservation(10, 0xabc);
        string[] others =
        [
            "",
            "rsv_",
            id.ToUpperInvariant(),
            id[..^3] + "ABC",
            id + "0",
            id + " ",
            " " + id,
            id.Replace("_a_", "_0a_"),
            id.Replace("_a_", "_A_"),
            id.Replace("_a_", "__"),
            id.Replace("_a_", "_+a_"),
            id.Replace("_a_", "_"),
            id[..^12] + "0000000000000abc",
            id[..^12] + "abc",
            id[..^12],
            new Ids().Reservation(10, 0xabc),
            _ids.Event(10, 0xabc),
            new string('x', 128),
        ];

        foreach (var other in others)
        {
            Assert.That(_ids.TryParse(other, out _, out _), Is.False, other);
        }
    }

    [Test]
    public async Task A_number_past_the_end_or_below_zero_is_not_found_for_any_tenant()
    {
        var world = new RetentionWorld();
        world.Administer("umbrella");
        var held = await world.HoldAsync();
        var prefix = held[..held.LastIndexOf('_')];
        var head = prefix[..prefix.LastIndexOf('_')];
        string[] ids =
        [
            $"{prefix}_ffffffffffffffff",
            $"{prefix}_000000000001",
            $"{head}_ffffffff_000000000000",
            $"{head}_7_000000000000",
        ];

        foreach (var id in ids)
        {
            foreach (var tenant in new[] { "acme", "umbrella" })
            {
                var response = await world.Authority.ForTenant(tenant).GetReservationAsync(id);
                Assert.That(response.Status, Is.EqualTo(404), $"{id} for {tenant}");
            }
        }
    }
}
