// A supervisor of two fixture services, run as a process of its own so that the test can kill it.
import { join } from "node:path";
import { errorText } from "../src/errors.ts";
import { resolvePorts } from "../src/ports.ts";
import { loadStack, type Stack } from "../src/stack.ts";
import { startStack } from "../src/supervisor.ts";

const root = join(import.meta.dirname, "../../..");
const stack = loadStack(root);
const services: Stack["services"] = stack.services
  .filter((service) => service.name === "sink" || service.name === "collector")
  .map((service) => ({ ...service, command: `infra/local/tests/fixture-${service.name}.ts` }));

try {
  const running = await startStack({
    root,
    dataDir: process.env.LEADSTREAM_DATA_DIR ?? "",
    ports: resolvePorts(stack.ports, process.env),
    stack: { ...stack, services },
    log: (line) => console.log(line),
    prepare: async () => console.log("prepared"),
  });
  process.once("SIGTERM", () => void running.stop().then(() => process.exit(0)));
} catch (error) {
  console.log(errorText(error));
  process.exitCode = 1;
}
