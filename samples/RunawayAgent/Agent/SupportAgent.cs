using System.Globalization;

namespace RunawayAgent;

/// <summary>Answers a ticket: drafts a reply, then evaluates and refines it until it is good enough.</summary>
/// <remarks>
/// It has a bug: it asks for a score that its evaluator never gives, and counts no attempts. It knows nothing of
/// budgets, and no change to it is needed to stop it.
/// </remarks>
internal sealed class SupportAgent(ModelCall model)
{
    private const double GoodEnough = 8.0;

    public async Task<string> AnswerAsync(string ticket)
    {
        var reply = await model(AgentStep.Draft, $"Draft a reply to: {ticket}");
        while (await ScoreAsync(reply) < GoodEnough)
        {
            reply = await model(AgentStep.Refine, $"Improve this reply: {reply}");
        }

        return reply;
    }

    private async Task<double> ScoreAsync(string reply) =>
        double.Parse(await model(AgentStep.Evaluate, $"Score from 0 to 10: {reply}"), CultureInfo.InvariantCulture);
}
