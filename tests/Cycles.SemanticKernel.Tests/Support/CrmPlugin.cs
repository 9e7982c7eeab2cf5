using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cycles.Extensions.AI;
using Microsoft.SemanticKernel;

namespace Cycles.SemanticKernel.Tests;

/// <summary>Functions that note that their bodies ran.</summary>
public sealed class CrmPlugin
{
    /// <summary>Part of the message of every exception.</summary>
    public const string Fault = "fault-5d1a";

    public ConcurrentQueue<string> Ran { get; } = [];

    /// <summary>How many cursors were disposed.</summary>
    public int Disposed { get; private set; }

    /// <summary>What every function that is named after it waits for, when set.</summary>
    public Task? Gate { get; set; }

    /// <summary>Who gives up.</summary>
    public CancellationTokenSource? GivingUp { get; set; }

    [KernelFunction("update_status")]
    public async Task<string> UpdateStatus(string secret)
    {
        Ran.Enqueue("update_status");
        await (Gate ?? Task.CompletedTask);
        return $"updated {secret}";
    }

    [KernelFunction("find")]
    public string Find(string secret)
    {
        Ran.Enqueue("find");
        return $"found {secret}";
    }

    [KernelFunction("fail")]
    public string Fail(string secret)
    {
        Ran.Enqueue("fail");
        throw new InvalidOperationException($"{Fault}: the CRM broke over {secret}.");
    }

    /// <summary>Its caller gives up while it runs.</summary>
    [KernelFunction("abandoned")]
    public async Task<string> Abandoned(string secret, CancellationToken cancellationToken)
    {
        Ran.Enqueue("abandoned");
        await GivingUp!.CancelAsync();
        throw new OperationCanceledException($"{Fault}: gave up over {secret}.", cancellationToken);
    }

    [KernelFunction("priced"), CyclesCost(7, AmountUnit.RiskPoints, Kind = "crm.write", Toolset = "crm")]
    public static string Priced(string secret) => secret;

    /// <summary>Calls another function of the kernel, itself at most once.</summary>
    [KernelFunction("relay")]
    public async Task<string> Relay(Kernel kernel, string secret, string? to = null)
    {
        Ran.Enqueue("relay");
        return to is null
            ? "done"
            : (await kernel.InvokeAsync("Crm", to, new() { ["secret"] = secret })).GetValue<string>()!;
    }

    /// <summary>Calls itself, once.</summary>
    [KernelFunction("recurse")]
    public async Task<string> Recurse(Kernel kernel, string secret, bool again = true)
    {
        Ran.Enqueue("recurse");
        return again
            ? (await kernel.InvokeAsync("Crm", "recurse", new() { ["secret"] = secret, ["again"] = false })).ToString()
            : secret;
    }

    [KernelFunction("customer")]
    public async Task<Customer> Load(string secret)
    {
        Ran.Enqueue("customer");
        await Task.Yield();
        return new(secret);
    }

    [KernelFunction("words")]
    public async IAsyncEnumerable<string> Words(
        string secret,
        [EnumeratorCancellation] CancellationToken token = default
    )
    {
        Ran.Enqueue("words");
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            yield return $"{secret}-{i}";
        }
    }

    [KernelFunction("contents")]
    public async IAsyncEnumerable<StreamingKernelContent> Contents(string secret)
    {
        Ran.Enqueue("contents");
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            yield return new StreamingTextContent($"{secret}-{i}");
        }
    }

    [KernelFunction("numbers")]
    public async IAsyncEnumerable<int> Numbers(string secret)
    {
        Ran.Enqueue("numbers");
        await Task.Yield();
        yield return secret.Length;
    }

    [KernelFunction("breaking")]
    public async IAsyncEnumerable<string> Breaking(string secret)
    {
        Ran.Enqueue("breaking");
        await Task.Yield();
        yield return secret;
        throw new InvalidOperationException($"{Fault}: the stream broke over {secret}.");
    }

    [KernelFunction("breaking_contents")]
    public async IAsyncEnumerable<StreamingKernelContent> BreakingContents(string secret)
    {
        Ran.Enqueue("breaking_contents");
        await Task.Yield();
        yield return new StreamingTextContent(secret);
        throw new InvalidOperationException($"{Fault}: the stream broke over {secret}.");
    }

    /// <summary>Runs up to its stream before anybody reads.</summary>
    [KernelFunction("opened")]
    public async Task<IAsyncEnumerable<string>> Opened(string secret)
    {
        Ran.Enqueue("opened");
        await Task.Yield();
        return new[] { $"{secret}-0", $"{secret}-1", $"{secret}-2" }.ToAsyncEnumerable();
    }

    /// <summary>A stream that no iterator made, as an ORM's is not.</summary>
    [KernelFunction("rows")]
    public IAsyncEnumerable<string> Rows(string secret) => new Table(Words(secret), this);

    public sealed record Customer(string Name);

    private sealed class Table(IAsyncEnumerable<string> rows, CrmPlugin crm) : IAsyncEnumerable<string>
    {
        public IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            new Cursor(rows.GetAsyncEnumerator(cancellationToken), crm);
    }

    private sealed class Cursor(IAsyncEnumerator<string> rows, CrmPlugin crm) : IAsyncEnumerator<string>
    {
        public string Current => rows.Current;

        public ValueTask<bool> MoveNextAsync() => rows.MoveNextAsync();

        public ValueTask DisposeAsync()
        {
            crm.Disposed++;
            return rows.DisposeAsync();
        }
    }
}
