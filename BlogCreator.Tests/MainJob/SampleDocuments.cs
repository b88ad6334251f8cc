using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Writer;

namespace BlogCreator.Tests.MainJob;

/// <summary>Documents written for the tests: about a harbour that does not exist.</summary>
public static class SampleDocuments
{
    public const string Harbour =
        """
        # The harbour of Brenholt

        ## History

        The harbour of Brenholt was opened in 1874 by the engineer Ida Morland. It replaced a wooden pier that had burned down two years before. The first stone quay was 310 metres long and carried a single crane.

        Trade grew quickly after the railway reached the town in 1881. In that year 412 ships called at the harbour, three times as many as in 1874. Herring and timber made up most of the cargo.

        ## The new breakwater

        The new breakwater was completed in 2009 after six years of work. It is 1,240 metres long and shelters the basin from the north-west. The town council paid 38 million crowns for it, and the state added another 21 million crowns.

        Waves in the inner basin are now 60 percent lower during winter storms. The harbour master Jonas Vell says that no ship has broken its moorings since 2010.

        ## Wildlife

        Grey seals returned to the outer rocks in 2012. A survey in 2019 counted 87 seals, among them 14 pups. Biologists believe that the calm water behind the breakwater helps the young animals.

        ## Outlook

        The council plans a shore power station for cruise ships by 2028. It would let ships switch off their diesel engines while they lie at the quay. The plan will cost about 9 million crowns.
        """;

    /// <summary>A digital PDF with real headings, one paragraph a block.</summary>
    public static byte[] Pdf(string markdown)
    {
        var pdf = new PdfDocumentBuilder();
        var body = pdf.AddStandard14Font(Standard14Font.TimesRoman);
        var bold = pdf.AddStandard14Font(Standard14Font.HelveticaBold);
        PdfPageBuilder? page = null;
        var y = 0.0;
        foreach (var line in Lines(markdown))
        {
            var (text, size, font, gap) = line.StartsWith("## ", StringComparison.Ordinal) ? (line[3..], 14, bold, 26)
                : line.StartsWith("# ", StringComparison.Ordinal) ? (line[2..], 20, bold, 30)
                : (line, 11, body, 14);
            if (page is null || y < 90)
            {
                page = pdf.AddPage(PageSize.A4);
                y = 770;
            }

            if (text.Length > 0)
            {
                page.AddText(text, size, new PdfPoint(60, y), font);
            }

            y -= gap;
        }

        return pdf.Build();
    }

    /// <summary>Many sections, so that reading and writing take a while.</summary>
    public static byte[] LongMarkdown(int seed, int sections)
    {
        var text = new StringBuilder($"# Report {seed}\n\n");
        for (var section = 0; section < sections; section++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"## Station {seed}-{section}\n\n");
            for (var paragraph = 0; paragraph < 4; paragraph++)
            {
                var number = (seed * 7919) + (section * 31) + paragraph;
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"The measuring station {seed}-{section} recorded {number} tides in the year {1900 + (number % 120)}. ")
                    .Append(System.Globalization.CultureInfo.InvariantCulture, $"Its keeper noted that the water stood {number % 97} centimetres above the mark at noon. ")
                    .Append(System.Globalization.CultureInfo.InvariantCulture, $"A storm in month {(number % 12) + 1} damaged the gauge, which was repaired within {(number % 9) + 2} days.\n\n");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static IEnumerable<string> Lines(string markdown)
    {
        foreach (var paragraph in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = new StringBuilder();
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length + word.Length > 92)
                {
                    yield return line.ToString().TrimEnd();
                    line.Clear();
                }

                line.Append(word).Append(' ');
            }

            yield return line.ToString().TrimEnd();
        }
    }
}
