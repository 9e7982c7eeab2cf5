using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cycles;

/// <summary>Checks one registered client's options, and that it has an authority to ask.</summary>
internal sealed class CyclesClientOptionsValidator(string registeredName, string? key, IServiceProvider services)
    : IValidateOptions<CyclesClientOptions>
{
    public ValidateOptionsResult Validate(string? name, CyclesClientOptions options)
    {
        if (!string.Equals(name, registeredName, StringComparison.Ordinal))
        {
            return ValidateOptionsResult.Skip;
        }

        var problems = CyclesClientOptionsCheck.Problems(options);
        if (RegisteredAuthority.Find(services, key) is null)
        {
            problems = [.. problems, RegisteredAuthority.Missing(key)];
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
