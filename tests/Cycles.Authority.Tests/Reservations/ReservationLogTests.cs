namespace Cycles.Authority.Tests;

public sealed class ReservationLogTests
{
    /// <summary>Against a plain sorted dictionary.</summary>
    [Test]
    public void It_finds_exactly_what_is_kept_by_number_and_by_status([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var log = new ReservationLog();
        var model = new SortedDictionary<long, ReservationStatus>();

        for (var step = 0; step < 6_000; step++)
        {
            // Now and then most goes, so that whole arrays do.
            var isPurge = step % 1_500 > 1_200;
            if (model.Count == 0 || (!isPurge && random.Next(3) > 0))
            {
                var number = Log.Append(log);
                Assert.That(number, Is.EqualTo(log.End - 1));
                model.Add(number, ReservationStatus.Active);
                continue;
            }

            var chosen = model.Keys.ElementAt(isPurge ? 0 : random.Next(model.Count));
            if (isPurge || random.Next(2) == 0)
            {
                log.Remove(chosen);
                model.Remove(chosen);
            }
            else
            {
                model[chosen] = (ReservationStatus)random.Next(1, 5);
                log.SetStatus(chosen, model[chosen]);
            }
        }

        foreach (var status in new ReservationStatus?[] { null, ReservationStatus.Active, ReservationStatus.Expired })
        {
            var expected = model
                .Where(entry => status is null || entry.Value == status)
                .Select(entry => entry.Key)
                .ToList();
            var forward = new List<long>();
            for (var n = log.After(-1, status); n != Reservation.None; n = log.After(n, status))
            {
                forward.Add(n);
            }

            var backward = new List<long>();
            for (var n = log.Before(long.MaxValue, status); n != Reservation.None; n = log.Before(n, status))
            {
                backward.Add(n);
            }

            backward.Reverse();
            Assert.That(forward, Is.EqualTo(expected));
            Assert.That(backward, Is.EqualTo(expected));
        }

        for (var n = -2; n < log.End + 2; n++)
        {
            if (log.Contains(n) != model.ContainsKey(n))
            {
                Assert.Fail($"{n}: kept {model.ContainsKey(n)}, found {log.Contains(n)}");
            }
        }
    }

    [Test]
    public void It_starts_over_after_all_went()
    {
        var log = new ReservationLog();
        for (var round = 0; round < 3; round++)
        {
            var first = Log.Append(log);
            for (var i = 1; i < ReservationChunk.Size; i++)
            {
                Log.Append(log);
            }

            for (var i = 0; i < ReservationChunk.Size; i++)
            {
                log.Remove(first + i);
            }

            using (Assert.EnterMultipleScope())
            {
                Assert.That(log.After(-1, null), Is.EqualTo(Reservation.None));
                Assert.That(log.Before(long.MaxValue, null), Is.EqualTo(Reservation.None));
                Assert.That(log.Contains(first), Is.False);
                Assert.That(log.End, Is.EqualTo((round + 1L) * ReservationChunk.Size));
            }
        }
    }
}
