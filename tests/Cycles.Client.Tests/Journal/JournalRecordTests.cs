using System.Text;

namespace Cycles.Client.Tests;

/// <summary>The records as every SDK of the protocol has them.</summary>
public sealed class JournalRecordTests
{
    [Test]
    public void A_record_is_written_as_the_other_SDKs_write_it()
    {
        var record = new JournalRecord
        {
            ReservationId = "rsv_\"1\"",
            BaseUrl = "http://localhost:7878/ü",
            Mode = JournalMode.Event,
            EventFallbackBody = Encoding.UTF8.GetBytes("""{ "a" : 1.0 }"""),
            RecordedAtMs = 1_775_995_200_000,
            NotBeforeMs = 1_775_995_260_000,
        };
        Assert.That(
            Encoding.UTF8.GetString(record.ToUtf8Json()),
            Is.EqualTo(
                """{"version":1,"reservation_id":"rsv_\"1\"","base_url":"http://localhost:7878/ü","mode":"event","commit_body":null,"event_fallback_body":{ "a" : 1.0 },"recorded_at_ms":1775995200000,"not_before_ms":1775995260000}"""
            )
        );
    }

    [Test]
    public void Bodies_go_through_byte_for_byte()
    {
        var record = JournalRecord.Parse(Encoding.UTF8.GetBytes(JournalRecords.Json()));
        Assert.Multiple(() =>
        {
            Assert.That(JournalRecords.Text(record.CommitBody), Is.EqualTo(JournalRecords.CommitBody));
            Assert.That(JournalRecords.Text(record.EventFallbackBody), Is.EqualTo(JournalRecords.EventBody));
            Assert.That(Encoding.UTF8.GetString(record.ToUtf8Json()), Is.EqualTo(JournalRecords.Json()));
        });
    }

    [Test]
    public void What_older_versions_leave_out_has_a_meaning()
    {
        var record = JournalRecord.Parse("""{"version":1,"reservation_id":"r","commit_body":{}}"""u8.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(record.Mode, Is.EqualTo(JournalMode.Commit));
            Assert.That(record.BaseUrl, Is.Empty);
            Assert.That(record.RecordedAtMs, Is.Zero);
            Assert.That(record.NotBeforeMs, Is.Null);
        });
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{"actual":""")]
    [TestCase("""{"version":2,"reservation_id":"r","commit_body":{}}""")]
    [TestCase("""{"version":"1","reservation_id":"r","commit_body":{}}""")]
    [TestCase("""{"reservation_id":"r","commit_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":"","commit_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":7,"commit_body":{}}""")]
    [TestCase("""{"version":1,"commit_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":"r","mode":null,"commit_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":"r","mode":"release","commit_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":"r","mode":"commit","commit_body":null,"event_fallback_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":"r","mode":"event","commit_body":{}}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":[]}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{},"event_fallback_body":"x"}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{},"base_url":1}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{},"recorded_at_ms":-1}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{},"recorded_at_ms":null}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{},"not_before_ms":1.5}""")]
    [TestCase("""{"version":1,"reservation_id":"r","commit_body":{},"not_before_ms":"soon"}""")]
    public void What_is_no_record_is_told_apart(string text) =>
        Assert.Throws<FormatException>(() => JournalRecord.Parse(Encoding.UTF8.GetBytes(text)));

    [TestCase(null, "68c905017df7dbfc")]
    [TestCase("acme", "8baba538fb970da4")]
    public void An_identity_has_the_name_that_every_SDK_gives_it(string? tenant, string name)
    {
        var identity = tenant is null
            ? JournalIdentity.OfKey("http://localhost", "test-key")
            : JournalIdentity.OfTenant("http://localhost", tenant);
        Assert.Multiple(() =>
        {
            Assert.That(identity.Name, Is.EqualTo(name));
            Assert.That(identity.ToString(), Does.Not.Contain("test-key"));
        });
    }

    [Test, Recovery(RecoveryScenarios.CollidingNames)]
    public void Distinct_ids_never_share_a_name() =>
        Assert.Multiple(() =>
        {
            Assert.That(JournalNames.Of("a/b"), Is.Not.EqualTo(JournalNames.Of("a_b")));
            Assert.That(JournalNames.Legacy("a/b ü"), Is.EqualTo("a_b__.json"));
            Assert.That(JournalNames.Of("rsv_1"), Is.EqualTo("v2-" + Sha256("rsv_1") + ".json"));
        });

    private static string Sha256(string text) =>
        string.Concat(
            System
                .Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text))
                .Select(b => b.ToString("x2", null))
        );
}
