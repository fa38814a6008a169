export { type Collector, startCollector } from "./collector.ts";
export { type CollectorConfig, collectorConfig } from "./config.ts";
export type { EventSink } from "./intake.ts";
export { buildServer, type ServerLimits, type ServerOptions } from "./server.ts";
