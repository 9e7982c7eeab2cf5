using System.Text.Json.Serialization;

namespace Cycles.Authority;

/// <summary>What a fund operation does.</summary>
[JsonConverter(typeof(WireEnumConverter<BudgetFunding>))]
internal enum BudgetFunding
{
    Credit = 1,
    Debit = 2,
    Reset = 3,
    ResetSpent = 4,
    RepayDebt = 5,
}
