import { join } from "node:path";
import { ensureServers } from "./downloads.ts";
import { errorText } from "./errors.ts";
import { loadStack } from "./stack.ts";

const root = join(import.meta.dirname, "../../..");

try {
  await ensureServers(root, loadStack(root), (line) => console.error(line));
} catch (error) {
  console.error(errorText(error));
  process.exitCode = 1;
}
