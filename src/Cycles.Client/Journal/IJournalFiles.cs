namespace Cycles;

/// <summary>The two steps that make a file durable under its name.</summary>
internal interface IJournalFiles
{
    /// <summary>Writes a file that only this user can read, new or over another one, down to the disk.</summary>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Gives it its final name at once, in place of an older file, and makes that durable too.</summary>
    void Publish(string temporary, string path);
}
