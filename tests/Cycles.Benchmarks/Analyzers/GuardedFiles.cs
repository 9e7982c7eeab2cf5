namespace Cycles.Benchmarks;

/// <summary>Files as people write them: a class about some work, and a guard in two or three of its methods.</summary>
internal static class GuardedFiles
{
    /// <param name="folder">Where they go.</param>
    /// <param name="count">How many; the four shapes take turns.</param>
    public static void Write(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        for (var number = 0; number < count; number++)
        {
            var text = (number % 4) switch
            {
                0 => Conversation(number),
                1 => Tools(number),
                2 => Batch(number),
                _ => Report(number),
            };
            File.WriteAllText(Path.Combine(folder, $"Work{number}.cs"), text);
        }
    }

    private static string Conversation(int number) =>
        $$"""
            using Cycles;

            namespace Work.Part{{number % 25}};

            /// <summary>A conversation that pays for each answer.</summary>
            public sealed class Conversation{{number}}
            {
                private static readonly CyclesAction Completion = new("llm.completion", "gpt-4o");
                private readonly CyclesClient _cycles;
                private readonly Func<string, CancellationToken, Task<string>> _ask;
                private readonly List<(string Role, string Text)> _turns = [];

                public Conversation{{number}}(CyclesClient cycles, Func<string, CancellationToken, Task<string>> ask)
                {
                    _cycles = cycles ?? throw new ArgumentNullException(nameof(cycles));
                    _ask = ask ?? throw new ArgumentNullException(nameof(ask));
                }

                public int Length => _turns.Sum(turn => turn.Text.Length);

                public async Task<string> AnswerAsync(string question, CancellationToken cancellationToken)
                {
                    ArgumentException.ThrowIfNullOrWhiteSpace(question);
                    _turns.Add(("user", question));
                    await using var guard = await _cycles.ReserveAsync(
                        Completion,
                        Estimate(question),
                        cancellationToken: cancellationToken
                    );
                    var prompt = string.Join('\n', _turns.Select(turn => $"{turn.Role}: {turn.Text}"));
                    if (guard.Caps?.MaxTokens is { } most && prompt.Length > most * 4)
                    {
                        prompt = prompt[^(int)(most * 4)..];
                    }

                    var answer = await _ask(prompt, cancellationToken);
                    await guard.CommitAsync(Amount.Tokens((prompt.Length + answer.Length) / 4 + 1));
                    _turns.Add(("assistant", answer));
                    return answer;
                }

                public async Task<string?> TryShortenAsync(CancellationToken cancellationToken)
                {
                    if (_turns.Count < 10)
                    {
                        return null;
                    }

                    await using var attempt = await _cycles.TryReserveAsync(Completion, Amount.Tokens({{100
                + number}}));
                    if (attempt.Guard is not { } guard)
                    {
                        Console.WriteLine($"Not now: {attempt.Denial}");
                        return null;
                    }

                    var oldest = _turns.Take(_turns.Count / 2).ToArray();
                    var summary = await _ask("Summarise: " + string.Concat(oldest.Select(turn => turn.Text)), cancellationToken);
                    _turns.RemoveRange(0, oldest.Length);
                    _turns.Insert(0, ("system", summary));
                    await guard.CommitAsync(Amount.Tokens(summary.Length / 4 + 1));
                    return summary;
                }

                private Amount Estimate(string question)
                {
                    long characters = Length + question.Length;
                    return Amount.Tokens(Math.Clamp(characters / 4 * 2, 1, 100_000));
                }
            }

            """;

    private static string Tools(int number) =>
        $$"""
            using System.Globalization;
            using Cycles;

            namespace Work.Part{{number % 25}};

            /// <summary>Tools behind budgets of their own.</summary>
            public sealed class Tools{{number}}(CyclesClient cycles)
            {
                private readonly Dictionary<string, Func<string, Task<string>>> _tools = new(StringComparer.OrdinalIgnoreCase)
                {
                    ["length"] = text => Task.FromResult(text.Length.ToString(CultureInfo.InvariantCulture)),
                    ["upper"] = text => Task.FromResult(text.ToUpperInvariant()),
                    ["words"] = text => Task.FromResult(text.Split(' ').Length.ToString(CultureInfo.InvariantCulture)),
                };

                public int Refused { get; private set; }

                public async Task<string> CallAsync(string name, string argument)
                {
                    if (!_tools.TryGetValue(name, out var tool))
                    {
                        throw new ArgumentException($"No tool is called {name}.", nameof(name));
                    }

                    var options = new ReserveOptions { Subject = new() { Toolset = name.ToLowerInvariant() } };
                    await using var attempt = await cycles.TryReserveAsync(new("tool.call", name), Amount.Credits(1), options);
                    switch (attempt)
                    {
                        case { Guard: { } guard }:
                            var result = await tool(argument);
                            await guard.CommitAsync(Amount.Credits(1));
                            return result;
                        case { Denial: { } denial }:
                            Refused++;
                            return $"refused: {denial.ReasonCode}";
                        default:
                            return "";
                    }
                }

                public async Task<IReadOnlyList<string>> CallAllAsync(IEnumerable<(string Name, string Argument)> calls)
                {
                    var results = new List<string>();
                    foreach (var (name, argument) in calls)
                    {
                        try
                        {
                            results.Add(await CallAsync(name, argument));
                        }
                        catch (ArgumentException e)
                        {
                            results.Add(e.Message);
                        }
                    }

                    return results;
                }

                public async Task<string> CallTwiceAsync(string name, string argument)
                {
                    var guard = await cycles.ReserveAsync(new("tool.call", name), Amount.Credits({{2 + number % 5}}));
                    try
                    {
                        var first = await _tools[name](argument);
                        var second = await _tools[name](first);
                        await guard.CommitAsync(Amount.Credits(2));
                        return second;
                    }
                    catch (KeyNotFoundException)
                    {
                        await guard.ReleaseAsync("unknown_tool");
                        throw;
                    }
                    finally
                    {
                        await guard.DisposeAsync();
                    }
                }
            }

            """;

    private static string Batch(int number) =>
        $$"""
            using System.Collections.Concurrent;
            using Cycles;

            namespace Work.Part{{number % 25}};

            /// <summary>Documents in batches, each held before it is embedded.</summary>
            public sealed class Batch{{number}}
            {
                private const int Size = {{16 + number % 16}};
                private readonly CyclesClient _cycles;
                private readonly ConcurrentDictionary<int, float[]> _vectors = new();

                public Batch{{number}}(CyclesClient cycles) => _cycles = cycles;

                public IReadOnlyDictionary<int, float[]> Vectors => _vectors;

                public async Task EmbedAsync(IReadOnlyList<string> documents, CancellationToken cancellationToken = default)
                {
                    for (var start = 0; start < documents.Count; start += Size)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        var batch = documents.Skip(start).Take(Size).ToArray();
                        var estimate = Amount.Tokens(batch.Sum(text => (long)text.Length) / 3 + 1);
                        await using var guard = await _cycles.ReserveAsync(new("embedding", "small"), estimate);
                        var spent = 0L;
                        for (var i = 0; i < batch.Length; i++)
                        {
                            var vector = Embed(batch[i]);
                            _vectors[start + i] = vector;
                            spent += batch[i].Length / 4;
                        }

                        var settlement = await guard.CommitAsync(Amount.Tokens(spent), new() { TokensInput = spent });
                        if (settlement.Outcome == SettlementOutcome.Pending)
                        {
                            Console.WriteLine($"batch at {start} settles in the background");
                        }
                    }
                }

                public async Task<int?> NearestAsync(string question)
                {
                    var run = await _cycles.RunAsync(
                        new("embedding", "small"),
                        Amount.Tokens(question.Length + 1),
                        (hold, token) => Task.FromResult((Embed(question), (Amount?)Amount.Tokens(question.Length / 4 + 1)))
                    );
                    return _vectors.Count == 0
                        ? null
                        : _vectors.OrderByDescending(pair => Similarity(pair.Value, run.Value)).First().Key;
                }

                private static float[] Embed(string text)
                {
                    var vector = new float[8];
                    foreach (var character in text)
                    {
                        vector[character % vector.Length] += 1f;
                    }

                    return vector;
                }

                private static double Similarity(float[] one, float[] other) =>
                    one.Zip(other, (a, b) => (double)a * b).Sum()
                    / Math.Max(1e-9, Math.Sqrt(one.Sum(a => (double)a * a)) * Math.Sqrt(other.Sum(b => (double)b * b)));
            }

            """;

    private static string Report(int number) =>
        $$"""
            using System.Text;
            using Cycles;

            namespace Work.Part{{number % 25}};

            /// <summary>Holds for others, and says what came of them.</summary>
            public sealed class Report{{number}} : IAsyncDisposable
            {
                private readonly CyclesClient _cycles;
                private readonly List<ReservationGuard> _open = [];
                private ReservationGuard? _last;

                public Report{{number}}(CyclesClient cycles) => _cycles = cycles;

                public async Task<ReservationGuard> OpenAsync(string name)
                {
                    var guard = await _cycles.ReserveAsync(new("report", name), Amount.Credits({{1 + number % 9}}));
                    _open.Add(guard);
                    _last = guard;
                    return guard;
                }

                public async Task<string> SettleAsync(Func<ReservationGuard, long?> price)
                {
                    var text = new StringBuilder();
                    foreach (var guard in _open)
                    {
                        if (price(guard) is not { } credits)
                        {
                            await guard.ReleaseAsync("free");
                            text.AppendLine($"{guard.Action.Name}: free");
                            continue;
                        }

                        try
                        {
                            var settlement = await guard.CommitAsync(Amount.Credits(credits));
                            text.AppendLine($"{guard.Action.Name}: {settlement.Charged}");
                        }
                        catch (CyclesException e) when (!e.IsTransient)
                        {
                            text.AppendLine($"{guard.Action.Name}: {e.Message}");
                        }
                    }

                    _open.Clear();
                    return text.ToString();
                }

                public async Task<bool> IsAffordableAsync(string name, long credits)
                {
                    var decision = await _cycles.DecideAsync(new("report", name), Amount.Credits(credits));
                    return decision.Decision != Decision.Deny && _last?.ReservationId is not null;
                }

                public async ValueTask DisposeAsync()
                {
                    foreach (var guard in _open)
                    {
                        await guard.DisposeAsync();
                    }

                    _open.Clear();
                    GC.SuppressFinalize(this);
                }
            }

            """;
}
