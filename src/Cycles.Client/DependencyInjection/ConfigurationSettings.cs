using Microsoft.Extensions.Configuration;

namespace Cycles;

/// <summary>Options from a configuration section: their own names, and <c>Subject</c> with the names of its levels.</summary>
internal static class ConfigurationSettings
{
    private const string DefaultSection = "Cycles";

    public static void Read(CyclesClientOptions options, IConfiguration configuration)
    {
        // A whole configuration has no path of its own.
        var section = configuration as IConfigurationSection ?? configuration.GetSection(DefaultSection);
        options.NameOf = option => $"{section.Path}:{option}";
        SettingsReader.Read(
            options,
            option => section[option],
            section.GetSection("Subject:Dimensions").GetChildren().Select(child => (child.Key, child.Value))
        );
    }
}
