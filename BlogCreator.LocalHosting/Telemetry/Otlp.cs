using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Fields = System.Collections.Generic.List<System.Collections.Generic.KeyValuePair<string, string>>;

namespace BlogCreator.LocalHosting.Telemetry;

/// <summary>
/// Reads the fields of the OpenTelemetry protocol that are shown, by their numbers in the published specification, and steps
/// over all others. What it reads was written by somebody else: texts and lists are cut, times are brought into bounds, secrets
/// are masked.
/// </summary>
internal sealed class Otlp(Secrets secrets, TimeProvider clock)
{
    private const int LongestText = 16 * 1024;
    private const int LongestName = 300;
    private const int MostFields = 128;

    // The last three bits of a tag tell the shape of what follows.
    private const uint Number = 0;
    private const uint Fixed64 = 1;
    private const uint Bytes = 2;

    private static readonly string[] Kinds = ["", "", "server", "client", "producer", "consumer"];

    public List<Span> Traces(byte[] body)
    {
        var spans = new List<Span>();
        Each(body, (input, source, scope) =>
        {
            if (ReadSpan(input, source, scope) is { } span)
            {
                spans.Add(span);
            }
        });
        return spans;
    }

    public List<LogEntry> Logs(byte[] body)
    {
        var records = new List<LogEntry>();
        Each(body, (input, source, scope) => records.Add(ReadRecord(input, source, scope)));
        return records;
    }

    public List<Measurement> Metrics(byte[] body)
    {
        var measured = new List<Measurement>();
        Each(body, (input, source, scope) => ReadMetric(input, source, scope, measured));
        return measured;
    }

    /// <summary>The three signals come in the same wrapping: by who tells it, and by the part of it that does.</summary>
    private void Each(byte[] body, Action<CodedInputStream, Source, string> item)
    {
        var all = new CodedInputStream(body);
        new Part((input, tag) => When(tag == (1 << 3 | Bytes), input, () =>
        {
            var source = new Source("unknown", "");
            Read(input, tag => When(tag is (1 << 3 | Bytes) or (2 << 3 | Bytes), input, () =>
            {
                if (tag == (1 << 3 | Bytes))
                {
                    source = ReadSource(input);
                    return;
                }

                var scope = "";
                Read(input, tag => When(tag is (1 << 3 | Bytes) or (2 << 3 | Bytes), input, () =>
                {
                    if (tag == (1 << 3 | Bytes))
                    {
                        Read(input, tag => When(tag == (1 << 3 | Bytes), input, () => scope = Name(input)));
                    }
                    else
                    {
                        item(input, source, scope);
                    }
                }));
            }));
        })).MergeFrom(all);
    }

    private Source ReadSource(CodedInputStream input)
    {
        var fields = new Fields();
        Read(input, tag => When(tag == (1 << 3 | Bytes), input, () => ReadField(input, fields)));
        return new(Find(fields, "service.name") is { Length: > 0 } name ? Cut(name, LongestName) : "unknown", Cut(Find(fields, "service.instance.id"), LongestName));
    }

    private Span? ReadSpan(CodedInputStream input, Source source, string scope)
    {
        var (trace, id, parent, name, status, kind, isError) = ("", "", "", "", "", 0, false);
        var (start, end) = (0UL, 0UL);
        var (fields, events, links) = (new Fields(), new List<SpanEvent>(), new List<string>());
        Read(input, tag =>
        {
            switch (tag)
            {
                case 1 << 3 | Bytes: trace = Id(input); break;
                case 2 << 3 | Bytes: id = Id(input); break;
                case 4 << 3 | Bytes: parent = Id(input); break;
                case 5 << 3 | Bytes: name = Name(input); break;
                case 6 << 3 | Number: kind = input.ReadEnum(); break;
                case 7 << 3 | Fixed64: start = input.ReadFixed64(); break;
                case 8 << 3 | Fixed64: end = input.ReadFixed64(); break;
                case 9 << 3 | Bytes: ReadField(input, fields); break;
                case 11 << 3 | Bytes: ReadEvent(input, events); break;
                case 13 << 3 | Bytes: Read(input, tag => When(tag == (1 << 3 | Bytes), input, () => Keep(links, Id(input)))); break;
                case 15 << 3 | Bytes:
                    Read(input, tag =>
                    {
                        switch (tag)
                        {
                            case 2 << 3 | Bytes: status = Text(input); break;
                            case 3 << 3 | Number: isError = input.ReadEnum() == 2; break;
                            default: input.SkipLastField(); break;
                        }
                    });
                    break;
                default: input.SkipLastField(); break;
            }
        });
        if (trace.Length != 32 || id.Length != 16)
        {
            return null;
        }

        var begun = Time(start);
        return new Span(trace, id, parent, source, name, begun, end > start && start > 0 ? Time(end) - begun : TimeSpan.Zero)
        {
            Scope = scope,
            Kind = Kinds.ElementAtOrDefault(kind) ?? "",
            IsError = isError,
            Status = status,
            Fields = fields,
            Events = events,
            Links = links,
        };
    }

    private void ReadEvent(CodedInputStream input, List<SpanEvent> events)
    {
        var (name, at, fields) = ("", 0UL, new Fields());
        Read(input, tag =>
        {
            switch (tag)
            {
                case 1 << 3 | Fixed64: at = input.ReadFixed64(); break;
                case 2 << 3 | Bytes: name = Name(input); break;
                case 3 << 3 | Bytes: ReadField(input, fields); break;
                default: input.SkipLastField(); break;
            }
        });
        Keep(events, new SpanEvent(Time(at), name, fields));
    }

    private LogEntry ReadRecord(CodedInputStream input, Source source, string scope)
    {
        var (at, observed, level, message, trace, span, fields) = (0UL, 0UL, 0, "", "", "", new Fields());
        Read(input, tag =>
        {
            switch (tag)
            {
                case 1 << 3 | Fixed64: at = input.ReadFixed64(); break;
                case 2 << 3 | Number: level = input.ReadEnum(); break;
                case 5 << 3 | Bytes: message = ReadValue(input); break;
                case 6 << 3 | Bytes: ReadField(input, fields); break;
                case 9 << 3 | Bytes: trace = Id(input); break;
                case 10 << 3 | Bytes: span = Id(input); break;
                case 11 << 3 | Fixed64: observed = input.ReadFixed64(); break;
                default: input.SkipLastField(); break;
            }
        });
        var exception = Find(fields, "exception.stacktrace") is { Length: > 0 } stack ? stack : Find(fields, "exception.message");
        return new LogEntry(Time(at > 0 ? at : observed), level switch { <= 4 => LogSeverity.Trace, <= 8 => LogSeverity.Debug, <= 12 => LogSeverity.Info, <= 16 => LogSeverity.Warn, <= 20 => LogSeverity.Error, _ => LogSeverity.Fatal }, message)
        {
            Resource = source.Service,
            Category = scope,
            TraceId = trace,
            SpanId = span,
            Exception = exception,
            Fields = [.. fields.Where(field => !field.Key.StartsWith("exception.", StringComparison.Ordinal))],
        };
    }

    private void ReadMetric(CodedInputStream input, Source source, string scope, List<Measurement> measured)
    {
        var (name, description, unit, kind, isDelta) = ("", "", "", InstrumentKind.Gauge, false);
        var isKnown = false;
        var points = new List<Measurement>();
        var nobody = new Instrument("", "", "", default, "", "");
        Read(input, tag =>
        {
            switch (tag)
            {
                case 1 << 3 | Bytes: name = Name(input); break;
                case 2 << 3 | Bytes: description = Cut(Text(input), 1000); break;
                case 3 << 3 | Bytes: unit = Name(input); break;
                // A gauge, a sum, a histogram. Exponential histograms and summaries are sent by nobody who was not told to.
                case (5 << 3 | Bytes) or (7 << 3 | Bytes) or (9 << 3 | Bytes):
                    isKnown = true;
                    kind = tag >> 3 == 5 ? InstrumentKind.Gauge : tag >> 3 == 7 ? InstrumentKind.UpDownCounter : InstrumentKind.Histogram;
                    Read(input, tag =>
                    {
                        switch (tag)
                        {
                            case 1 << 3 | Bytes: points.Add(ReadPoint(input, nobody, source.Instance, kind == InstrumentKind.Histogram)); break;
                            case 2 << 3 | Number: isDelta = input.ReadEnum() == 1; break;
                            case 3 << 3 | Number: kind = input.ReadBool() ? InstrumentKind.Counter : kind; break;
                            default: input.SkipLastField(); break;
                        }
                    });
                    break;
                default: input.SkipLastField(); break;
            }
        });
        if (isKnown && name.Length > 0)
        {
            var instrument = new Instrument(source.Service, scope, name, kind, unit, description);
            measured.AddRange(points.Where(point => double.IsFinite(point.Value) && double.IsFinite(point.Sum)).Select(point => point with { Instrument = instrument, IsDelta = isDelta }));
        }
    }

    private Measurement ReadPoint(CodedInputStream input, Instrument instrument, string instance, bool isHistogram)
    {
        var (value, sum, fields) = (0.0, 0.0, new Fields());
        var (bounds, buckets, exemplars) = (new List<double>(), new List<double>(), new List<Exemplar>());
        var (fieldsTag, exemplarsTag) = isHistogram ? (9u << 3 | Bytes, 8u << 3 | Bytes) : (7u << 3 | Bytes, 5u << 3 | Bytes);
        Read(input, tag =>
        {
            if (tag == fieldsTag)
            {
                ReadField(input, fields);
            }
            else if (tag == exemplarsTag)
            {
                ReadExemplar(input, exemplars);
            }
            else
            {
                switch (tag, isHistogram)
                {
                    case ((4 << 3 | Fixed64), false): value = input.ReadDouble(); break;
                    case ((6 << 3 | Fixed64), false): value = input.ReadSFixed64(); break;
                    case ((4 << 3 | Fixed64), true): value = input.ReadFixed64(); break;
                    case ((5 << 3 | Fixed64), true): sum = input.ReadDouble(); break;
                    case ((6 << 3 | Bytes), true): ReadNumbers(input, buckets, input => input.ReadFixed64()); break;
                    case ((7 << 3 | Bytes), true): ReadNumbers(input, bounds, input => input.ReadDouble()); break;
                    default: input.SkipLastField(); break;
                }
            }
        });
        var isWhole = buckets.Count == bounds.Count + 1 && buckets.Count <= MetricBook.MostBuckets;
        fields.Sort((one, other) => string.CompareOrdinal(one.Key, other.Key));
        return new(instrument, instance, fields, value) { Sum = sum, Bounds = isWhole ? bounds : [], Buckets = isWhole ? [.. buckets] : [], Exemplars = exemplars };
    }

    private void ReadExemplar(CodedInputStream input, List<Exemplar> exemplars)
    {
        var (at, value, trace) = (0UL, 0.0, "");
        Read(input, tag =>
        {
            switch (tag)
            {
                case 2 << 3 | Fixed64: at = input.ReadFixed64(); break;
                case 3 << 3 | Fixed64: value = input.ReadDouble(); break;
                case 5 << 3 | Bytes: trace = Id(input); break;
                case 6 << 3 | Fixed64: value = input.ReadSFixed64(); break;
                default: input.SkipLastField(); break;
            }
        });
        if (trace.Length == 32 && double.IsFinite(value))
        {
            Keep(exemplars, new Exemplar(Time(at), value, trace));
        }
    }

    private static void ReadNumbers(CodedInputStream input, List<double> numbers, Func<CodedInputStream, double> read)
    {
        var packed = input.ReadBytes();
        var inner = packed.CreateCodedInput();
        while (!inner.IsAtEnd)
        {
            Keep(numbers, read(inner));
        }
    }

    private void ReadField(CodedInputStream input, Fields fields)
    {
        var (key, value) = ("", "");
        Read(input, tag =>
        {
            switch (tag)
            {
                case 1 << 3 | Bytes: key = Name(input); break;
                case 2 << 3 | Bytes: value = ReadValue(input); break;
                default: input.SkipLastField(); break;
            }
        });
        Keep(fields, new(key, value));
    }

    /// <summary>Lists in lists are bounded by the reader, which goes a hundred deep and no deeper.</summary>
    private string ReadValue(CodedInputStream input)
    {
        var value = "";
        Read(input, tag =>
        {
            switch (tag)
            {
                case 1 << 3 | Bytes: value = Text(input); break;
                case 2 << 3 | Number: value = input.ReadBool() ? "true" : "false"; break;
                case 3 << 3 | Number: value = input.ReadInt64().ToString(CultureInfo.InvariantCulture); break;
                case 4 << 3 | Fixed64: value = input.ReadDouble().ToString(CultureInfo.InvariantCulture); break;
                case 5 << 3 | Bytes:
                    var items = new List<string>();
                    Read(input, tag => When(tag == (1 << 3 | Bytes), input, () => Keep(items, ReadValue(input))));
                    value = Cut($"[{string.Join(", ", items)}]", LongestText);
                    break;
                case 6 << 3 | Bytes:
                    var pairs = new Fields();
                    Read(input, tag => When(tag == (1 << 3 | Bytes), input, () => ReadField(input, pairs)));
                    value = Cut($"{{{string.Join(", ", pairs.Select(pair => $"{pair.Key}: {pair.Value}"))}}}", LongestText);
                    break;
                case 7 << 3 | Bytes: value = string.Create(CultureInfo.InvariantCulture, $"{input.ReadBytes().Length} bytes"); break;
                default: input.SkipLastField(); break;
            }
        });
        return value;
    }

    private DateTimeOffset Time(ulong nanoseconds) =>
        nanoseconds > 0 && nanoseconds / 100 < (ulong)(DateTimeOffset.MaxValue.AddYears(-1) - DateTimeOffset.UnixEpoch).Ticks
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100))
            : clock.GetUtcNow();

    private string Text(CodedInputStream input) => Cut(secrets.Redacted(input.ReadString()), LongestText);

    private string Name(CodedInputStream input) => Cut(Text(input), LongestName);

    private static string Id(CodedInputStream input) => input.ReadBytes() is { Length: <= 16 } id && id.Any(part => part != 0) ? Convert.ToHexStringLower(id.Span) : "";

    private static string Cut(string text, int longest) => text.Length <= longest ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)}…";

    private static string Find(Fields fields, string key) => fields.Find(field => field.Key == key).Value ?? "";

    private static void Keep<T>(List<T> list, T item)
    {
        if (list.Count < MostFields)
        {
            list.Add(item);
        }
    }

    private static void Read(CodedInputStream input, Action<uint> take) => input.ReadMessage(new Part((_, tag) => take(tag)));

    private static void When(bool isWanted, CodedInputStream input, Action take)
    {
        if (isWanted)
        {
            take();
        }
        else
        {
            input.SkipLastField();
        }
    }

    /// <summary>A message inside a message, for the reader, which sees to its length and its depth.</summary>
    private sealed class Part(Action<CodedInputStream, uint> take) : IMessage
    {
        MessageDescriptor IMessage.Descriptor => throw new NotSupportedException();

        public void MergeFrom(CodedInputStream input)
        {
            while (input.ReadTag() is var tag and not 0)
            {
                take(input, tag);
            }
        }

        void IMessage.WriteTo(CodedOutputStream output) => throw new NotSupportedException();

        int IMessage.CalculateSize() => throw new NotSupportedException();
    }
}
