using System.Globalization;
using BlogCreator.Tests.Writing;

// The stand-in model of the tests, to be looked at in a browser: it streams slowly enough to be watched.
var port = Number("--port", 18434);
var pause = Number("--delay", 30);
await using var stub = await ModelStub.Start(port, TimeSpan.FromMilliseconds(pause));
await Console.Out.WriteLineAsync($"Set LanguageModel__Provider to openai-compatible, LanguageModel__Endpoint to {stub.Address}v1 and LanguageModel__Model to one of");
await Console.Out.WriteLineAsync($"  {string.Join(", ", ModelStub.Behaviours)}.");
await Console.Out.WriteLineAsync("End it with Ctrl+C.");
await stub.Stopped();

int Number(string name, int usual) =>
    Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : usual;
