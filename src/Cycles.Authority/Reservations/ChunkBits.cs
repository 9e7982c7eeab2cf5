using System.Numerics;

namespace Cycles.Authority;

/// <summary>One bit for each chunk of a log, so that a walk steps over thousands of chunks in one look.</summary>
internal sealed class ChunkBits
{
    private const int BitsPerWord = 64;

    private readonly List<ulong> _words = [];

    /// <summary>The first chunk of the first word.</summary>
    private long _start;

    public void Set(long chunk, bool value)
    {
        var word = (int)((chunk - _start) / BitsPerWord);
        while (word >= _words.Count)
        {
            _words.Add(0);
        }

        var bit = 1UL << (int)(chunk % BitsPerWord);
        _words[word] = value ? _words[word] | bit : _words[word] & ~bit;
    }

    /// <summary>The last chunk at or before this one whose bit is set; -1 for none.</summary>
    public long LastUpTo(long chunk)
    {
        if (chunk < _start)
        {
            return -1;
        }

        var own = (chunk - _start) / BitsPerWord;
        for (var word = (int)Math.Min(own, _words.Count - 1); word >= 0; word--)
        {
            var bits = _words[word];
            if (word == own)
            {
                bits &= ulong.MaxValue >> (int)(BitsPerWord - 1 - (chunk % BitsPerWord));
            }

            if (bits != 0)
            {
                return _start + ((long)word * BitsPerWord) + BitOperations.Log2(bits);
            }
        }

        return -1;
    }

    /// <summary>The first chunk at or after this one whose bit is set; -1 for none.</summary>
    public long FirstFrom(long chunk)
    {
        chunk = Math.Max(chunk, _start);
        var own = (int)((chunk - _start) / BitsPerWord);
        for (var word = own; word < _words.Count; word++)
        {
            var bits = _words[word];
            if (word == own)
            {
                bits &= ulong.MaxValue << (int)(chunk % BitsPerWord);
            }

            if (bits != 0)
            {
                return _start + ((long)word * BitsPerWord) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }

    /// <summary>Drops the words of chunks that will never be asked for again.</summary>
    public void TrimBefore(long chunk)
    {
        var words = (int)Math.Min((chunk - _start) / BitsPerWord, _words.Count);
        _words.RemoveRange(0, words);
        _start += (long)words * BitsPerWord;
    }
}
