// Reports to our own address. The site looks at each report and sends on what is left of it: docs/errors.md says what that is.
import { BrowserClient, Scope, dedupeIntegration, defaultStackParser, linkedErrorsIntegration, makeFetchTransport } from "./vendor/sentry.js";

const client = new BrowserClient({
  // The site puts the real one in its place.
  dsn: "https://site@monitoring.invalid/1",
  tunnel: "/monitoring/report",
  transport: makeFetchTransport,
  stackParser: defaultStackParser,
  integrations: [dedupeIntegration(), linkedErrorsIntegration()],
  sendClientReports: false,
  maxBreadcrumbs: 0,
  beforeBreadcrumb: () => null,
  beforeSend: clean,
  beforeSendTransaction: clean,
});
const scope = new Scope();
scope.setClient(client);
client.init();

// Where it happened, without what was asked for; nothing that stands on the page or was typed into it.
function clean(report) {
  delete report.breadcrumbs;
  delete report.extra;
  delete report.user;
  report.request = { url: location.origin + location.pathname };
  return report;
}

export function tellError(error) {
  scope.captureException(error);
}

export function tellVisit() {
  const [navigation] = performance.getEntriesByType("navigation");
  if (!navigation || navigation.duration <= 0) {
    return;
  }
  const measurements = { ttfb: { value: navigation.responseStart, unit: "millisecond" } };
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  if (paint) {
    measurements.fcp = { value: paint.startTime, unit: "millisecond" };
  }
  const context = scope.getPropagationContext();
  scope.captureEvent({
    type: "transaction",
    transaction: location.pathname,
    start_timestamp: performance.timeOrigin / 1000,
    timestamp: (performance.timeOrigin + navigation.duration) / 1000,
    contexts: { trace: { trace_id: context.traceId, span_id: context.traceId.slice(16), op: "pageload" } },
    measurements,
    spans: [],
  });
}
