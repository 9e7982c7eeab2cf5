using System.Text.Json;

namespace Cycles.Protocol.Tests;

public sealed class MetricsValidationTests
{
    [Test]
    public void Numbers_start_at_zero_and_the_version_ends_at_128() =>
        Verdict.Accepts(
            new CyclesMetrics().Validate(),
            new CyclesMetrics
            {
                TokensInput = 0,
                TokensOutput = 0,
                LatencyMs = 0,
                ModelVersion = "",
            }.Validate(),
            new CyclesMetrics
            {
                TokensInput = long.MaxValue,
                TokensOutput = long.MaxValue,
                LatencyMs = long.MaxValue,
                ModelVersion = new string('v', 128),
                Custom = Valid.Data("""{"a":null}"""),
            }.Validate()
        );

    [Test]
    public void Just_outside_is_refused_by_name()
    {
        Verdict.Refuses(new CyclesMetrics { TokensInput = -1 }.Validate(), "metrics.tokens_input", "from 0 to", "-1");
        Verdict.Refuses(new CyclesMetrics { TokensOutput = -1 }.Validate(), "metrics.tokens_output", "from 0 to", "-1");
        Verdict.Refuses(new CyclesMetrics { LatencyMs = -1 }.Validate(), "metrics.latency_ms", "from 0 to", "-1");
        Verdict.Refuses(
            new CyclesMetrics { ModelVersion = new string('v', 129) }.Validate(),
            "metrics.model_version",
            "0 to 128",
            "129"
        );
        Verdict.Refuses(
            new CyclesMetrics { Custom = new Dictionary<string, JsonElement> { ["a"] = default } }.Validate(),
            "metrics.custom.a",
            "JSON value"
        );
    }
}
