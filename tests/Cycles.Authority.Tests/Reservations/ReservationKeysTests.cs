namespace Cycles.Authority.Tests;

public sealed class ReservationKeysTests
{
    /// <summary>Against plain lists; few keys, so that several reservations share one.</summary>
    [Test]
    public void The_newest_of_a_key_is_found_through_any_removals([Range(1, 10)] int seed)
    {
        var random = new Random(seed);
        var log = new ReservationLog();
        var keys = new ReservationKeys(log);
        var kept = new List<(string Key, long Number)>();

        for (var step = 0; step < 3_000; step++)
        {
            if (kept.Count == 0 || random.Next(5) > 1)
            {
                var key =
                    random.Next(2) == 0
                        ? $"key-{random.Next(500)}"
                        : new Guid(random.Next(500), 1, 2, new byte[8]).ToString();
                var number = Log.Append(log, key);
                keys.Add(number);
                kept.Add((key, number));
            }
            else
            {
                var index = random.Next(kept.Count);
                keys.Remove(kept[index].Number);
                kept.RemoveAt(index);
            }

            var probe = kept.Count > 0 ? kept[random.Next(kept.Count)].Key : "key-0";
            var newest = kept.Where(entry => entry.Key == probe).Select(entry => entry.Number).DefaultIfEmpty(-1).Max();
            Assert.That(keys.Find(new ReplayKey(probe)), Is.EqualTo(newest));
        }

        Assert.That(keys.Find(new ReplayKey("never")), Is.EqualTo(Reservation.None));
    }

    [Test]
    public void Removing_twice_does_nothing_more()
    {
        var log = new ReservationLog();
        var keys = new ReservationKeys(log);
        var first = Log.Append(log, "a");
        var second = Log.Append(log, "b");
        keys.Add(first);
        keys.Add(second);

        keys.Remove(first);
        keys.Remove(first);

        Assert.That(keys.Find(new ReplayKey("a")), Is.EqualTo(Reservation.None));
        Assert.That(keys.Find(new ReplayKey("b")), Is.EqualTo(second));
    }
}
