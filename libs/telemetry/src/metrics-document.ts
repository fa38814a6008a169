/** Makes docs/metrics.md from metric-definitions.ts: `node libs/telemetry/src/metrics-document.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MetricDefinition, metricDefinitions } from "./metric-definitions.ts";

export const metricsDocumentPath = join(import.meta.dirname, "../../../docs/metrics.md");

export function metricsDocument(definitions: readonly MetricDefinition[] = Object.values(metricDefinitions)): string {
  const rows = definitions.map(
    (definition) =>
      `| \`${definition.name}\` | ${definition.type} | ${definition.labels.map((label) => `\`${label}\``).join(", ")} | ${definition.help} | ${definition.advice} |`,
  );
  return `# Metrics

Made from \`libs/telemetry/src/metric-definitions.ts\` by \`npm run node -- libs/telemetry/src/metrics-document.ts\`; a test keeps them equal.
Every process serves them at \`/metrics\` with the label \`service\`, beside the process metrics of Node (memory, CPU, event-loop delay).

| metric | type | labels | meaning | advice |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

if (import.meta.main) writeFileSync(metricsDocumentPath, metricsDocument());
