export { type AnalyticsConfig, analyticsConfig } from "./config.ts";
export { AnalyticsError, type AnalyticsErrorCode } from "./errors.ts";
export { type ReportReader, reportReader } from "./report-reader.ts";
export { buildServer } from "./server.ts";
