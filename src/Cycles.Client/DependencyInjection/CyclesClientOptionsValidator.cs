using Microsoft.Extensions.Options;

namespace Cycles;

/// <summary>Checks one registered client's options, and that it has exactly one authority to ask.</summary>
internal sealed class CyclesClientOptionsValidator(string registeredName, string? key, IServiceProvider services)
    : IValidateOptions<CyclesClientOptions>
{
    public ValidateOptionsResult Validate(string? name, CyclesClientOptions options)
    {
        if (!string.Equals(name, registeredName, StringComparison.Ordinal))
        {
            return ValidateOptionsResult.Skip;
        }

        string[] problems = [.. CyclesClientOptionsCheck.Problems(options), .. AuthorityProblems(options)];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private IEnumerable<string> AuthorityProblems(CyclesClientOptions options)
    {
        if (options.BaseUrl is not null)
        {
            return RegisteredAuthority.Own(services, key) is null
                ? CyclesClientOptionsCheck.ConnectionProblems(options)
                : [CyclesClientOptionsCheck.TwoAuthorities(options)];
        }

        return RegisteredAuthority.Find(services, key, options) is null
            ? [RegisteredAuthority.Missing(key, options)]
            : [];
    }
}
