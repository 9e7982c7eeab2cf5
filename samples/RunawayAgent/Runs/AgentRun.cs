using Cycles;

namespace RunawayAgent;

/// <summary>Lets the agent loose until something stops it, and reports every call.</summary>
internal abstract class AgentRun(SampleOptions options, Pace pace)
{
    private const string Ticket = "Where is my refund?";

    private readonly ScriptedModel _model = new(options.Seed, pace);

    public abstract string Name { get; }

    /// <summary>What stands between the agent and the bill.</summary>
    public abstract string Protection { get; }

    /// <summary>What the run may spend; null when nobody said.</summary>
    public abstract Amount? Budget { get; }

    public TimeSpan Limit => options.Limit;

    public async Task<RunOutcome> RunAsync(Action<RunProgress> report)
    {
        var start = pace.Clock.GetTimestamp();
        var progress = new RunProgress();
        var agent = new SupportAgent(
            async (step, _) =>
            {
                if (pace.Clock.GetElapsedTime(start) >= Limit)
                {
                    throw new TimeIsUpException();
                }

                var result = await GuardAsync(step, () => _model.CallAsync(step));
                progress = progress.After(step, result, pace.Clock.GetElapsedTime(start));
                report(progress);
                return result;
            }
        );

        Denial? denial = null;
        try
        {
            await agent.AnswerAsync(Ticket);
        }
        catch (TimeIsUpException)
        {
            // The only end that an unguarded run has.
        }
        catch (BudgetDeniedException denied)
        {
            denial = denied.Denial;
        }

        return new RunOutcome(progress, denial, await ReadLedgerAsync());
    }

    /// <summary>Makes one call of the agent, or refuses to.</summary>
    protected abstract Task<string> GuardAsync(AgentStep step, Func<Task<string>> call);

    /// <summary>What an authority has on record now.</summary>
    protected abstract Task<IReadOnlyList<Balance>> ReadLedgerAsync();
}
