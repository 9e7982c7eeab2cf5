using System.Reflection;
using System.Runtime.CompilerServices;

namespace Cycles.Client.Tests;

/// <summary>An assembly's public API as text: one line for each type and member, sorted.</summary>
internal static class ApiListing
{
    private const BindingFlags Declared =
        BindingFlags.Public
        | BindingFlags.NonPublic
        | BindingFlags.Instance
        | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    public static string[] Of(Assembly assembly) =>
        [
            .. assembly
                .GetExportedTypes()
                .OrderBy(type => ApiText.NameOf(type, qualified: true), StringComparer.Ordinal)
                .SelectMany((type, i) => Of(type).Prepend(i == 0 ? null : "").OfType<string>()),
        ];

    private static IEnumerable<string> Of(Type type) =>
        Members(type).Order(StringComparer.Ordinal).Select(member => $"    {member}").Prepend(Header(type));

    private static string Header(Type type)
    {
        var record = type.GetMethod("PrintMembers", Declared) is not null ? "record " : "";
        var kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsEnum: true } => "enum",
            { IsValueType: true } =>
                $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}{record}struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => $"{(type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{record}class",
        };
        var bases = Bases(type).Select(parent => ApiText.NameOf(parent)).ToList();
        return $"{kind} {ApiText.NameOf(type, qualified: true)}{(bases.Count > 0 ? " : " : "")}{string.Join(", ", bases)}";
    }

    private static IEnumerable<Type> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return [];
        }

        Type?[] plain = [null, typeof(object), typeof(ValueType)];
        var own = type.GetInterfaces()
            .Where(face => face.IsPublic && type.BaseType?.GetInterfaces().Contains(face) != true)
            .Where(face => face != typeof(IEquatable<>).MakeGenericType(type))
            .OrderBy(face => face.Name, StringComparer.Ordinal);
        return plain.Contains(type.BaseType) ? own : own.Prepend(type.BaseType!);
    }

    private static IEnumerable<string> Members(Type type) =>
        type.IsEnum
            ? type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(ApiText.OfEnumMember)
            :
            [
                .. type.GetConstructors(Declared).Where(IsVisible).Select(ApiText.Of),
                .. type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(ApiText.Of),
                .. type.GetProperties(Declared).Where(p => p.GetAccessors(true).Any(IsVisible)).Select(ApiText.Of),
                .. type.GetEvents(Declared).Where(e => IsVisible(e.AddMethod!)).Select(ApiText.Of),
                .. type.GetMethods(Declared).Where(IsVisible).Where(IsWritten).Select(ApiText.Of),
            ];

    public static bool IsVisible(MethodBase method) =>
        method.IsPublic || (method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed;

    /// <summary>Not an accessor, and not what a record writes for itself.</summary>
    private static bool IsWritten(MethodInfo method) =>
        !method.IsDefined(typeof(CompilerGeneratedAttribute))
        && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));
}
