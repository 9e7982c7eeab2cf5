namespace RunawayAgent;

/// <summary>Somebody noticed and pulled the plug.</summary>
internal sealed class TimeIsUpException : Exception;
