namespace Cycles.Analyzers.Tests;

/// <summary>The packages as somebody else meets them: packed, restored into a fresh project, and built.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class PackageTests
{
    /// <summary>A version that no other source and no package cache can know.</summary>
    private static readonly string Version = $"0.0.0-test.{Guid.NewGuid():N}";

    private readonly string _folder = Directory.CreateTempSubdirectory("cycles-packages-").FullName;

    private string Artifacts => Path.Combine(_folder, "artifacts");

    private string Packages => Path.Combine(_folder, "packages");

    private string App => Path.Combine(_folder, "app");

    [OneTimeSetUp]
    public async Task Pack()
    {
        var packed = await PackAsync("Cycles.Client");
        Assert.That(packed.ExitCode, Is.Zero, packed.Output);

        // Whoever builds the one has built the other.
        packed = await PackAsync("Cycles.Protocol", "--no-build");
        Assert.That(packed.ExitCode, Is.Zero, packed.Output);
    }

    [OneTimeTearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_project_that_loses_a_reservation_does_not_build_and_one_that_keeps_it_does()
    {
        WriteApp("await client.ReserveAsync(action, Amount.Usd(1));");
        var lost = await BuildAppAsync();
        Assert.That(lost.ExitCode, Is.Not.Zero, lost.Output);
        Assert.That(lost.Output, Does.Match(@"Program\.cs\(5,7\): error CYC001: .+ \(docs/rules/CYC001\.md\)"));

        WriteApp(
            "await using var guard = await client.ReserveAsync(action, Amount.Usd(1)); await guard.CommitAsync(Amount.Usd(1));"
        );
        var kept = await BuildAppAsync();
        Assert.That(kept.ExitCode, Is.Zero, kept.Output);
        Assert.That(kept.Output, Does.Not.Match(@"CYC\d{3}").And.Not.Contain("AD0001"));

        // The page lies where the link says, beside the library that was restored.
        var restored = Path.Combine(_folder, "cache", "cycles.client", Version);
        Assert.That(Path.Combine(restored, "docs", "rules", "CYC001.md"), Does.Exist);
    }

    [Test]
    public async Task Cycles_Client_is_not_packed_without_its_rules()
    {
        foreach (var assembly in new[] { "Cycles.Analyzers.dll", "Cycles.Analyzers.CodeFixes.dll" })
        {
            var folder = Path.Combine(Artifacts, "bin", Path.GetFileNameWithoutExtension(assembly));
            var built = Directory.GetFiles(folder, assembly, SearchOption.AllDirectories).Single();
            File.Move(built, built + ".away");
            var packed = await PackAsync("Cycles.Client", "--no-build");
            File.Move(built + ".away", built);

            Assert.That(packed.ExitCode, Is.Not.Zero, packed.Output);
            Assert.That(packed.Output, Does.Contain($"{assembly} is missing, and Cycles.Client is not packed"));
        }
    }

    /// <summary>
    /// Apart from the build that runs this test, so that neither disturbs the other, and with the packages that it brought to
    /// the machine, so that no network can fail it.
    /// </summary>
    private Task<DotnetCommand> PackAsync(string library, params string[] more) =>
        DotnetCommand.RunAsync(
            Repository.Root,
            null,
            [
                "pack",
                $"src/{library}",
                "--artifacts-path",
                Artifacts,
                "--output",
                Packages,
                $"-p:Version={Version}",
                $"-p:RestoreSources={MachinePackages}",
                "-p:NuGetAudit=false",
                .. more,
            ]
        );

    private Task<DotnetCommand> BuildAppAsync() => DotnetCommand.RunAsync(App, Path.Combine(_folder, "cache"), "build");

    private void WriteApp(string statement)
    {
        Directory.CreateDirectory(App);
        File.WriteAllText(
            Path.Combine(App, "App.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Cycles.Client" Version="{Version}" />
              </ItemGroup>
            </Project>
            """
        );
        // The other packages are taken from where the machine has them already.
        File.WriteAllText(
            Path.Combine(App, "nuget.config"),
            $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="built" value="{Packages}" />
                <add key="machine" value="{MachinePackages}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="machine" value="{MachinePackages}" />
              </fallbackPackageFolders>
            </configuration>
            """
        );
        File.WriteAllText(
            Path.Combine(App, "Program.cs"),
            $"""
            using System;
            using Cycles;
            await using var client = new CyclesClient(new Uri("http://localhost:7878"), "cyc_test_local");
            var action = new CyclesAction("llm.completion", "gpt-4o");
            {statement}
            """
        );
    }

    private static string MachinePackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
