// What report.js uses of Sentry's SDK; build.sh makes wwwroot/js/vendor/sentry.js of it.
export { BrowserClient, Scope, dedupeIntegration, defaultStackParser, linkedErrorsIntegration, makeFetchTransport } from "@sentry/browser";
