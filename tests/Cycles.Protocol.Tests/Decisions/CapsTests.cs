namespace Cycles.Protocol.Tests;

public sealed class CapsTests
{
    [Test]
    public void Without_lists_every_tool_is_allowed()
    {
        Assert.That(new Caps().Allows("web.search"), Is.True);
        Assert.That(new Caps { ToolAllowlist = [], ToolDenylist = [] }.Allows("web.search"), Is.True);
    }

    [Test]
    public void A_non_empty_allowlist_rules_alone()
    {
        var caps = new Caps { ToolAllowlist = ["web.search"], ToolDenylist = ["web.search"] };

        Assert.That(caps.Allows("web.search"), Is.True);
        Assert.That(caps.Allows("db.write"), Is.False);
    }

    [Test]
    public void An_empty_allowlist_leaves_the_word_to_the_denylist()
    {
        var caps = new Caps { ToolAllowlist = [], ToolDenylist = ["db.write"] };

        Assert.That(caps.Allows("web.search"), Is.True);
        Assert.That(caps.Allows("db.write"), Is.False);
    }

    [Test]
    public void Tool_names_match_exactly()
    {
        Assert.That(new Caps { ToolAllowlist = ["web.search"] }.Allows("Web.Search"), Is.False);
        Assert.That(new Caps { ToolAllowlist = ["web.search"] }.Allows("web.search "), Is.False);
        Assert.That(new Caps { ToolAllowlist = ["web"] }.Allows("web.search"), Is.False);
        Assert.That(new Caps { ToolDenylist = ["db.write"] }.Allows("DB.WRITE"), Is.True);
    }

    [Test]
    public void A_tool_needs_a_name() =>
        Assert.That(
            () => new Caps().Allows(null!),
            Throws.ArgumentNullException.With.Property("ParamName").EqualTo("tool")
        );

    [Test]
    public void Limits_start_at_zero_and_names_end_at_256()
    {
        Verdict.Accepts(
            new Caps
            {
                MaxTokens = 0,
                MaxStepsRemaining = 0,
                CooldownMs = 0,
                ToolAllowlist = [new string('t', 256)],
                ToolDenylist = [new string('t', 256)],
            }.Validate(),
            new Caps { MaxTokens = long.MaxValue }.Validate()
        );
        Verdict.Refuses(new Caps { MaxTokens = -1 }.Validate(), "max_tokens", "from 0 to", "-1");
        Verdict.Refuses(new Caps { MaxStepsRemaining = -1 }.Validate(), "max_steps_remaining", "from 0 to", "-1");
        Verdict.Refuses(new Caps { CooldownMs = -1 }.Validate(), "cooldown_ms", "from 0 to", "-1");
        Verdict.Refuses(
            new Caps { ToolAllowlist = ["a", new string('t', 257)] }.Validate(),
            "tool_allowlist[1]",
            "0 to 256",
            "257"
        );
        Verdict.Refuses(new Caps { ToolDenylist = [null!] }.Validate(), "tool_denylist[0]", "is required");
    }
}
