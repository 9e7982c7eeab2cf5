using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Cycles.Protocol.Tests;

/// <summary>Keeps the wire types honest: nobody adds, drops, renames or relaxes a member unnoticed.</summary>
public sealed partial class WireTypesTests
{
    [Test]
    public void Every_record_that_the_context_reaches_is_in_it_and_transcribed()
    {
        var reached = Roots()
            .Aggregate(new HashSet<Type>(), Reach)
            .Where(type => !type.IsEnum && type != typeof(ReasonCode));

        Assert.That(reached, Is.EquivalentTo(ProtocolSchemas.Members.Keys));
        Assert.That(reached.Select(type => CyclesJsonContext.Default.GetTypeInfo(type)), Is.All.Not.Null);
    }

    [Test]
    public void Every_request_and_response_of_the_seam_is_a_root()
    {
        var operations = typeof(ICyclesAuthority)
            .GetMethods()
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal));
        var bodies = operations
            .SelectMany(method => method.GetParameters().Select(p => p.ParameterType).Append(Answer(method)))
            .Where(type =>
                type.Assembly == typeof(Amount).Assembly && !type.Name.EndsWith("Query", StringComparison.Ordinal)
            );

        Assert.That(operations.Count(), Is.EqualTo(9));
        Assert.That(bodies.Distinct(), Is.SubsetOf(Roots()));
    }

    [TestCaseSource(typeof(ProtocolSchemas), nameof(ProtocolSchemas.Members))]
    public void Members_are_those_of_the_schema(KeyValuePair<Type, string> schema)
    {
        var members = MembersOf(schema.Key).Select(member => member.Name + (IsRequired(member) ? "!" : ""));

        Assert.That(members, Is.EquivalentTo(schema.Value.Split(' ')));
    }

    [Test]
    public void Names_are_snake_case() =>
        Assert.That(
            ProtocolSchemas.Members.Keys.SelectMany(MembersOf).Select(member => member.Name),
            Is.All.Matches<string?>(name => SnakeCase().IsMatch(name!))
        );

    [Test]
    public void A_member_that_is_not_required_can_be_absent_and_one_that_is_cannot_be_null()
    {
        var nullability = new NullabilityInfoContext();
        foreach (var type in ProtocolSchemas.Members.Keys)
        {
            foreach (var member in MembersOf(type))
            {
                var property = (PropertyInfo)member.AttributeProvider!;
                var nullable = nullability.Create(property).ReadState == NullabilityState.Nullable;
                Assert.That(nullable, Is.EqualTo(!IsRequired(member)), $"{type.Name}.{property.Name}");
            }
        }
    }

    [Test]
    public void Error_codes_are_those_of_the_protocol() =>
        Assert.That(
            Enum.GetValues<ErrorCode>()
                .Where(code => code != ErrorCode.Unknown)
                .Select(code => CyclesError.Of(400, code, "m").RawCode),
            Is.EquivalentTo(ProtocolSchemas.ErrorCodes)
        );

    [Test]
    public void Every_error_code_reads_back() =>
        Assert.That(
            Enum.GetValues<ErrorCode>().Select(code => CyclesError.Of(400, code, "m").Code),
            Is.EqualTo(Enum.GetValues<ErrorCode>())
        );

    [Test]
    public void Known_reasons_are_those_of_the_protocol() =>
        Assert.That(
            typeof(ReasonCode)
                .GetProperties(BindingFlags.Public | BindingFlags.Static)
                .Select(property => property.GetValue(null)!.ToString()),
            Is.EquivalentTo(ProtocolSchemas.ReasonCodes)
        );

    /// <summary>What is written and read; a member that JSON ignores is listed too, with neither.</summary>
    private static IEnumerable<JsonPropertyInfo> MembersOf(Type type) =>
        CyclesJsonContext.Default.GetTypeInfo(type)!.Properties.Where(member => member.Get is not null);

    private static bool IsRequired(JsonPropertyInfo member) =>
        member.IsRequired || member.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };

    private static Type Answer(MethodInfo operation) =>
        operation.ReturnType.GetGenericArguments()[0].GetGenericArguments()[0];

    private static Type[] Roots() =>
        [
            .. typeof(CyclesJsonContext)
                .GetCustomAttributesData()
                .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
                .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!),
        ];

    /// <summary>Adds a type and what its properties hold, through nullables, lists and dictionaries.</summary>
    private static HashSet<Type> Reach(HashSet<Type> seen, Type type)
    {
        if (type.IsGenericType)
        {
            return type.GetGenericArguments().Aggregate(seen, Reach);
        }

        if (type.Assembly != typeof(Amount).Assembly || !seen.Add(type))
        {
            return seen;
        }

        return type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property =>
                property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<JsonIgnoreAttribute>() is null
            )
            .Select(property => property.PropertyType)
            .Aggregate(seen, Reach);
    }

    [GeneratedRegex("^[a-z]+(_[a-z]+)*$")]
    private static partial Regex SnakeCase();
}
