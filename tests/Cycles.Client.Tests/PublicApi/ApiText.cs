using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Cycles.Client.Tests;

/// <summary>Types and members as a C# programmer reads them.</summary>
internal static class ApiText
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string OfEnumMember(FieldInfo field) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"
        );

    public static string Of(ConstructorInfo constructor) => $"{Access(constructor)}new({Parameters(constructor)})";

    public static string Of(FieldInfo field)
    {
        var type = NameOf(Nullability.Create(field));
        return field.IsLiteral
            ? $"const {type} {field.Name} = {Literal(field.GetRawConstantValue(), field.FieldType)}"
            : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    public static string Of(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && ApiListing.IsVisible(get) ? "get; " : "";
        var setter =
            property.SetMethod is { } set && ApiListing.IsVisible(set)
                ? IsInit(set)
                    ? "init; "
                    : "set; "
                : "";
        var name = property.GetIndexParameters() is { Length: > 0 } keys
            // Those of the accessor: the property's own say nothing of nullability.
            ? $"this[{string.Join(", ", property.GetAccessors(true)[0].GetParameters().Take(keys.Length).Select(Of))}]"
            : property.Name;
        return $"{Modifiers(property.GetAccessors(true)[0])}{(property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "")}{NameOf(Nullability.Create(property))} {name} {{ {getter}{setter}}}";
    }

    public static string Of(EventInfo @event) =>
        $"{Modifiers(@event.AddMethod!)}event {NameOf(Nullability.Create(@event))} {@event.Name}";

    public static string Of(MethodInfo method)
    {
        var generics = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>"
            : "";
        return $"{Modifiers(method)}{NameOf(Nullability.Create(method.ReturnParameter))} {method.Name}{generics}({Parameters(method)})";
    }

    /// <summary>A type's name without nullability, as it stands in a header.</summary>
    public static string NameOf(Type type, bool qualified = false)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        var name = type.IsNested && !type.IsGenericParameter ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Name;
        var prefix = qualified && type.Namespace is { } space ? $"{space}." : "";
        return prefix + WithArguments(name, type.GetGenericArguments().Select(argument => NameOf(argument)));
    }

    private static string NameOf(NullabilityInfo info)
    {
        var isNullable = info.ReadState == NullabilityState.Nullable || info.WriteState == NullabilityState.Nullable;
        var mark = isNullable && !IsOpen(info.Type) ? "?" : "";
        if (info.ElementType is { } element)
        {
            return $"{NameOf(element)}[]{mark}";
        }

        if (Nullable.GetUnderlyingType(info.Type) is { } value)
        {
            return $"{NameOf(value)}?";
        }

        return info.GenericTypeArguments.Length == 0
            ? NameOf(info.Type) + mark
            : WithArguments(info.Type.Name, info.GenericTypeArguments.Select(NameOf)) + mark;
    }

    /// <summary>Whether it is a type parameter that anything may stand for: then reflection calls it nullable.</summary>
    private static bool IsOpen(Type type) =>
        type.IsGenericParameter
        && !type.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint);

    private static string WithArguments(string name, IEnumerable<string> arguments)
    {
        var list = arguments.ToList();
        return list switch
        {
            [] => name,
            _ when name.StartsWith("ValueTuple`", StringComparison.Ordinal) => $"({string.Join(", ", list)})",
            _ => $"{name.Split('`')[0]}<{string.Join(", ", list)}>",
        };
    }

    private static string Parameters(MethodBase method)
    {
        var extended = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return extended + string.Join(", ", method.GetParameters().Select(Of));
    }

    private static string Of(ParameterInfo parameter)
    {
        var value = parameter.HasDefaultValue
            ? $" = {Literal(parameter.RawDefaultValue, parameter.ParameterType)}"
            : "";
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var type = parameter.ParameterType.IsByRef
            ? $"{(parameter.IsOut ? "out" : parameter.IsIn ? "in" : "ref")} {NameOf(parameter.ParameterType.GetElementType()!)}"
            : NameOf(Nullability.Create(parameter));
        return $"{many}{type} {parameter.Name}{value}";
    }

    private static string Literal(object? value, Type type) =>
        value switch
        {
            null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            _ => (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } enumeration
                ? $"{enumeration.Name}.{Enum.ToObject(enumeration, value)}"
                : Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };

    private static string Modifiers(MethodBase method) =>
        method.DeclaringType!.IsInterface
            ? ""
            : Access(method)
                + (
                    method switch
                    {
                        { IsStatic: true } => "static ",
                        { IsAbstract: true } => "abstract ",
                        { IsVirtual: true, IsFinal: false } when IsOverride(method) => "override ",
                        { IsVirtual: true, IsFinal: false } => "virtual ",
                        _ => "",
                    }
                );

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsOverride(MethodBase method) =>
        method is MethodInfo info && info.GetBaseDefinition().DeclaringType != info.DeclaringType;

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
