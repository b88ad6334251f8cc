using System.Globalization;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>Numbers as a person reads them.</summary>
internal static class Units
{
    private static readonly (double Least, double Size, string Name)[] Seconds = [(60, 60, "min"), (1, 1, "s"), (1e-3, 1e-3, "ms"), (0, 1e-6, "µs")];
    private static readonly (double Least, double Size, string Name)[] Bytes = [(1L << 30, 1L << 30, "GB"), (1L << 20, 1L << 20, "MB"), (1L << 10, 1L << 10, "kB"), (0, 1, "B")];
    private static readonly (double Least, double Size, string Name)[] Plain = [(1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k"), (0, 1, "")];

    private static readonly int[] Ends = [1, 2, 4, 6, 8, 10, 20];

    public static string Duration(TimeSpan time) => Value(time.TotalSeconds, "s");

    /// <param name="unit">As instruments call it: <c>s</c>, <c>By</c>, <c>1</c>, <c>{request}</c>.</param>
    public static string Value(double value, string unit)
    {
        var size = Math.Abs(value);
        var (_, by, name) = value == 0 ? (0, 1, unit switch { "s" => "s", "By" => "B", _ => "" }) : Family(unit).First(known => size >= known.Least);
        var digits = size / by is var shown && shown >= 100 || shown % 1 == 0 ? "0" : shown >= 10 ? "0.#" : shown >= 0.01 ? "0.##" : "0.#####";
        return $"{(value / by).ToString(digits, CultureInfo.InvariantCulture)}{(name.Length > 0 ? $" {name}" : "")}";
    }

    /// <summary>The next number above it that looks well at the end of an axis.</summary>
    public static double Ceiling(double value, string unit)
    {
        if (value <= 0)
        {
            return 1;
        }

        var by = unit == "By" ? Family(unit).First(known => value >= known.Least).Size : 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value / by)));
        return Ends.First(step => step * power * by >= value * 0.9999) * power * by;
    }

    /// <summary>What is counted, where the unit says it: <c>{request}</c> is "requests".</summary>
    public static string Name(string unit, bool isOne = false) => unit switch
    {
        "s" or "By" or "1" or "" => "",
        ['{', .. var name, '}'] => isOne ? name : $"{name}s",
        _ => unit,
    };

    private static (double Least, double Size, string Name)[] Family(string unit) => unit switch { "s" => Seconds, "By" => Bytes, _ => Plain };
}
