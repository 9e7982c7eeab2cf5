using NUnit.Framework.Interfaces;

namespace Cycles.RecoveryConformance;

/// <summary>Says on standard error which test begins and how it ends, so that one that hangs has a name.</summary>
internal sealed class Progress : ITestListener
{
    /// <summary>Taken before a run, during which NUnit puts another one in its place.</summary>
    private readonly TextWriter _error = Console.Error;

    public void TestStarted(ITest test)
    {
        if (!test.IsSuite)
        {
            _error.WriteLine($"{test.FullName} begins");
        }
    }

    public void TestFinished(ITestResult result)
    {
        if (!result.Test.IsSuite)
        {
            _error.WriteLine($"{result.FullName}: {result.ResultState}");
        }
    }

    public void TestOutput(TestOutput output) => _error.Write(output.Text);

    public void SendMessage(TestMessage message) => _error.WriteLine(message.Message);
}
