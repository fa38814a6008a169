/** What `./leadstream bench <name> [--size small|full] [--repeats n] [name=value …]` runs. */
import { parseArgs } from "node:util";
import { BenchError } from "./harness/bench-error.ts";
import { runBench, usualBenchNames } from "./run-bench.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: "string", default: "small" }, repeats: { type: "string" } },
});
const [name = "", ...rest] = positionals;
const parameters = Object.fromEntries(rest.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]));
try {
  for (const one of name === "all" ? usualBenchNames : [name]) {
    await runBench(one, {
      size: values.size === "full" ? "full" : "small",
      parameters,
      ...(values.repeats === undefined ? {} : { repeats: Number(values.repeats) }),
    });
  }
  process.exit();
} catch (error) {
  console.error(error instanceof BenchError ? `bench: ${error.message}` : error);
  process.exit(1);
}
