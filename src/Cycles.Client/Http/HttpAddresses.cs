namespace Cycles;

/// <summary>Where the operations are, below a base address with or without a path or a trailing slash.</summary>
internal sealed class HttpAddresses
{
    private readonly string _root;

    public HttpAddresses(Uri baseUrl)
    {
        _root = baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/v1/";
        Decide = new Uri(_root + "decide");
        Reservations = new Uri(_root + "reservations");
        Events = new Uri(_root + "events");
    }

    public Uri Decide { get; }

    public Uri Reservations { get; }

    public Uri Events { get; }

    public Uri List(string query) => new(_root + "reservations" + query);

    public Uri Balances(string query) => new(_root + "balances" + query);

    /// <param name="reservationId">The hold; escaped, so that it stays one segment whatever is in it.</param>
    /// <param name="action">What follows, slash included; may be empty.</param>
    /// <exception cref="ArgumentException">The id can't stand in an address.</exception>
    public Uri Reservation(string reservationId, string action)
    {
        ArgumentException.ThrowIfNullOrEmpty(reservationId);
        if (reservationId is "." or "..")
        {
            // Escaped or not, the way to the server resolves them: the request would reach another address.
            throw new ArgumentException("A reservation's id can't be '.' or '..'.", nameof(reservationId));
        }

        return new Uri($"{_root}reservations/{Uri.EscapeDataString(reservationId)}{action}");
    }
}
