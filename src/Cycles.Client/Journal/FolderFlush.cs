using System.Runtime.InteropServices;

namespace Cycles;

/// <summary>
/// Makes the names in a folder durable: without it a renamed file may be gone after a power cut, although its content was
/// flushed. .NET opens no folders, hence libc; Windows has nothing of the kind, and its journal of the file system keeps
/// renames in order.
/// </summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0;

    public static void Run(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw Failed(folder);
        }

        try
        {
            if (Sync(descriptor) != 0)
            {
                throw Failed(folder);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string folder) =>
        new($"The folder {folder} could not be flushed: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
