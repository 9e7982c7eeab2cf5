namespace Cycles;

/// <summary>
/// The error codes of the protocol (schema <c>ErrorCode</c>). A code that is not listed reads as
/// <see cref="Unknown"/>; its text stays in <see cref="CyclesError.RawCode"/>.
/// </summary>
public enum ErrorCode
{
    /// <summary>No code, or one that this version does not know.</summary>
    Unknown = 0,

    /// <summary>400: a field is missing, malformed or out of its bounds.</summary>
    InvalidRequest = 1,

    /// <summary>401: the API key is missing, unknown or revoked.</summary>
    Unauthorized = 2,

    /// <summary>403: the subject or the reservation belongs to another tenant.</summary>
    Forbidden = 3,

    /// <summary>404: no such reservation, or no budget on any scope of the subject.</summary>
    NotFound = 4,

    /// <summary>409: too little is left.</summary>
    BudgetExceeded = 5,

    /// <summary>409: the budget is frozen.</summary>
    BudgetFrozen = 6,

    /// <summary>409: the budget is closed.</summary>
    BudgetClosed = 7,

    /// <summary>410: the reservation's time is over.</summary>
    ReservationExpired = 8,

    /// <summary>409: the reservation is committed or released already.</summary>
    ReservationFinalized = 9,

    /// <summary>409: the idempotency key was used with another payload.</summary>
    IdempotencyMismatch = 10,

    /// <summary>400: a budget exists, in another unit.</summary>
    UnitMismatch = 11,

    /// <summary>409: debt would pass its limit, or the scope is over it.</summary>
    OverdraftLimitExceeded = 12,

    /// <summary>409: the scope owes.</summary>
    DebtOutstanding = 13,

    /// <summary>409: the reservation was extended as often as the tenant allows.</summary>
    MaxExtensionsExceeded = 14,

    /// <summary>429: the server throttles.</summary>
    LimitExceeded = 15,

    /// <summary>409: the tenant is closed.</summary>
    TenantClosed = 16,

    /// <summary>500: the server failed.</summary>
    InternalError = 17,
}
