import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type MetricDefinition, type MetricKey, metricDefinitions } from "./metric-definitions.ts";

type Definitions = typeof metricDefinitions;
type LabelsOf<D extends MetricDefinition> = Readonly<Record<D["labels"][number], string | number>>;
/** Labels stand first and are left out for a metric without labels. */
type WithLabels<D extends MetricDefinition, Rest extends unknown[]> = D["labels"] extends readonly []
  ? [...rest: Rest]
  : [labels: LabelsOf<D>, ...rest: Rest];

export interface CounterMetric<D extends MetricDefinition> {
  /** Adds `amount` (default 1). */
  add(...values: WithLabels<D, [amount?: number]>): void;
  /** One series for hot paths: amounts are summed up here and reach the registry when somebody reads it. */
  series(...labels: WithLabels<D, []>): { add(amount?: number): void };
}
export interface GaugeMetric<D extends MetricDefinition> {
  set(...values: WithLabels<D, [value: number]>): void;
  /** Asks for the value whenever somebody reads the metrics, instead of being told each change. */
  follow(...values: WithLabels<D, [value: () => number]>): void;
  /** Forgets a series, so that a partition given away does not report its last value for ever. */
  remove(...labels: WithLabels<D, []>): void;
}
export interface HistogramMetric<D extends MetricDefinition> {
  /** `value` in the unit of the metric's name (seconds, rows). */
  observe(...values: WithLabels<D, [value: number]>): void;
}

type MetricOf<D extends MetricDefinition> = D["type"] extends "counter"
  ? CounterMetric<D>
  : D["type"] extends "gauge"
    ? GaugeMetric<D>
    : HistogramMetric<D>;

/** Every metric of `metric-definitions.ts` under its key, and the exposition text. */
export type Metrics = { readonly [K in MetricKey]: MetricOf<Definitions[K]> } & {
  /** Prometheus text format; only metrics that were used have series. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Labels of the process (`service`) stand on every series. `processMetrics` adds memory, CPU and event-loop delay. */
export function createMetrics(service: string, options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const beforeReading: (() => void)[] = [];
  const metrics: Record<string, unknown> = {
    text: () => {
      for (const bringUpToDate of beforeReading) bringUpToDate();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
  for (const [key, definition] of Object.entries(metricDefinitions)) metrics[key] = metricOf(definition, registry, beforeReading);
  return metrics as unknown as Metrics;
}

type Labels = Record<string, string | number>;

function metricOf(definition: MetricDefinition, registry: Registry, beforeReading: (() => void)[]): unknown {
  const options = {
    name: definition.name,
    help: definition.help,
    labelNames: [...definition.labels],
    registers: [registry],
  };
  const labelled = definition.labels.length > 0;
  const split = (values: readonly unknown[]): [Labels, number | undefined] =>
    labelled ? [values[0] as Labels, values[1] as number | undefined] : [{}, values[0] as number | undefined];
  switch (definition.type) {
    case "counter": {
      const counter = new Counter(options);
      return {
        add: (...values: unknown[]) => {
          const [labels, amount] = split(values);
          counter.inc(labels, amount ?? 1);
        },
        series: summedSeries(counter, beforeReading),
      };
    }
    case "gauge": {
      const gauge = new Gauge(options);
      return {
        set: (...values: unknown[]) => {
          const [labels, value] = split(values);
          gauge.set(labels, value!);
        },
        follow: (...values: unknown[]) => {
          const [labels, value] = split(values) as [Labels, unknown];
          beforeReading.push(() => gauge.set(labels, (value as () => number)()));
        },
        remove: (labels: Labels = {}) => gauge.remove(labels),
      };
    }
    case "histogram": {
      const histogram = new Histogram({ ...options, buckets: [...(definition.buckets ?? [])] });
      return {
        observe: (...values: unknown[]) => {
          const [labels, value] = split(values);
          histogram.observe(labels, value!);
        },
      };
    }
  }
}

/** The same labels give the same series, so that what is kept here is no more than the registry keeps. */
function summedSeries(counter: Counter, beforeReading: (() => void)[]) {
  const known = new Map<string, { add(amount?: number): void }>();
  return (labels: Labels = {}) => {
    const name = JSON.stringify(labels);
    const existing = known.get(name);
    if (existing !== undefined) return existing;
    let sum = 0;
    const series = {
      add(amount = 1) {
        sum += amount;
      },
    };
    beforeReading.push(() => {
      if (sum > 0) counter.inc(labels, sum);
      sum = 0;
    });
    known.set(name, series);
    return series;
  };
}
