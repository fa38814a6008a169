export { type AdminOptions, type AdminRoute, type AdminServer, serveAdmin } from "./admin-server.ts";
export { faultPointOf } from "./fault-point.ts";
export type { Health, HealthReport } from "./health.ts";
export { type MetricDefinition, type MetricKey, metricDefinitions } from "./metric-definitions.ts";
export { type CounterMetric, createMetrics, type GaugeMetric, type HistogramMetric, type Metrics } from "./metrics.ts";
export { DRAINED_EXIT_CODE, FAILED_EXIT_CODE, onShutdown, type Shutdown, type ShutdownOptions, type SignalSource } from "./shutdown.ts";
export { systemClock } from "./system-clock.ts";
export { createTelemetry, type Log, type Telemetry, type TelemetryOptions } from "./telemetry.ts";
