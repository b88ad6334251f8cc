using System.Buffers.Binary;
using System.Numerics;

namespace BlogCreator.LocalHosting.Publishing;

/// <summary>The 32 bit xxHash with seed 0: a package for one name in one file would cost more than it saves.</summary>
internal static class XxHash32
{
    private const uint Prime1 = 2654435761;
    private const uint Prime2 = 2246822519;
    private const uint Prime3 = 3266489917;
    private const uint Prime4 = 668265263;
    private const uint Prime5 = 374761393;

    public static uint Of(ReadOnlySpan<byte> data)
    {
        unchecked
        {
            var rest = data;
            var hash = Prime5;
            if (data.Length >= 16)
            {
                Span<uint> lanes = [Prime1 + Prime2, Prime2, 0, 0 - Prime1];
                for (; rest.Length >= 16; rest = rest[16..])
                {
                    for (var lane = 0; lane < 4; lane++)
                    {
                        var word = BinaryPrimitives.ReadUInt32LittleEndian(rest[(lane * 4)..]);
                        lanes[lane] = BitOperations.RotateLeft(lanes[lane] + (word * Prime2), 13) * Prime1;
                    }
                }

                hash = BitOperations.RotateLeft(lanes[0], 1) + BitOperations.RotateLeft(lanes[1], 7)
                    + BitOperations.RotateLeft(lanes[2], 12) + BitOperations.RotateLeft(lanes[3], 18);
            }

            hash += (uint)data.Length;
            for (; rest.Length >= 4; rest = rest[4..])
            {
                hash = BitOperations.RotateLeft(hash + (BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime3), 17) * Prime4;
            }

            foreach (var last in rest)
            {
                hash = BitOperations.RotateLeft(hash + (last * Prime5), 11) * Prime1;
            }

            hash = (hash ^ (hash >> 15)) * Prime2;
            hash = (hash ^ (hash >> 13)) * Prime3;
            return hash ^ (hash >> 16);
        }
    }
}
