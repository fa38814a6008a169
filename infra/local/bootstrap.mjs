// The door to everything: needs any Node from 20 on and no package. Installs what is missing, then hands over to Node 24.
//   node infra/local/bootstrap.mjs start|test|test:docker [arguments]   the npm scripts
//   node infra/local/bootstrap.mjs run [arguments]                      the command line, as ./leadstream calls it
//   node infra/local/bootstrap.mjs node <file.ts> [arguments]           any program of the workspace, as `npm run node -- <file.ts>` calls it
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "./bootstrap/child.mjs";
import { BootstrapFault } from "./bootstrap/fault.mjs";
import { runDockerTests, runTests } from "./bootstrap/test-run.mjs";
import { prepare } from "./bootstrap/tools.mjs";

const oldestNodeMajor = 20;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const commandLine = (node, args) => {
  const main = join(root, "services/ctl/src/main.ts");
  if (!existsSync(main)) throw new BootstrapFault(`${main} is missing; restore the checkout (git status shows what differs)`);
  return runNode(node, [main, ...args], process.cwd());
};

const commands = {
  start: (node, args) => commandLine(node, ["start", ...args]),
  run: (node, args) => commandLine(node, args),
  node: (node, args) => runNode(node, args, process.cwd()),
  test: (node, args) => runTests(node, root, args),
  "test:docker": (node, args) => runDockerTests(node, root, args),
};

const main = async ([name, ...args]) => {
  if (Number(process.versions.node.split(".")[0]) < oldestNodeMajor)
    throw new BootstrapFault(
      `Node ${process.versions.node} is too old to begin with: install Node ${oldestNodeMajor} or newer (Node 24 is then fetched by itself)`,
    );
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
  if (command === undefined) throw new BootstrapFault(`unknown command "${name ?? ""}"; one of: ${Object.keys(commands).join(", ")}`);
  return command(prepare(root), args);
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BootstrapFault)) throw error;
  process.stderr.write(`leadstream: ${error.message}\n`);
  process.exitCode = 1;
}
