using System.Globalization;

namespace Cycles.Protocol.Tests;

/// <summary>Another culture until disposed: Swedish, for one, writes the minus sign as U+2212.</summary>
internal sealed class CultureScope : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public CultureScope(string name) => CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
