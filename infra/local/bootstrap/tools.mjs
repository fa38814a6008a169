// What must be there before any package is: Node 24 and pnpm, both from npm into .leadstream/tools. Runs on Node 20 and on nothing else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { BootstrapFault, say } from "./fault.mjs";

const wantedNodeMajor = 24;
const stampName = "node_modules/.leadstream-installed";

/** Exact versions of Node and pnpm; infra/stack.yaml keeps them as `  name: value` so that no YAML reader is needed here. */
const readVersions = (root) => {
  const text = readFileSync(join(root, "infra/stack.yaml"), "utf8");
  const version = (name) => {
    const match = new RegExp(`^ {2}${name}: (\\d+\\.\\d+\\.\\d+)$`, "m").exec(text);
    if (!match)
      throw new BootstrapFault(`infra/stack.yaml names no exact version of ${name} under versions; restore the line "  ${name}: x.y.z"`);
    return match[1];
  };
  return { node: version("node"), pnpm: version("pnpm") };
};

const versionOf = (command, args) => {
  const answer = spawnSync(command, [...args, "--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return answer.status === 0 ? answer.stdout.trim().replace(/^v/, "") : undefined;
};

const majorOf = (version) => Number(version?.split(".")[0]);

/** Runs a program of a tool chain with its output on our stderr; answers its exit code. */
const runVisibly = (command, args, options) => {
  const answer = spawnSync(command, args, { stdio: ["ignore", 2, 2], ...options });
  if (answer.error)
    throw new BootstrapFault(`${command} cannot be run: ${answer.error.message}. Install Node.js with npm, then try again.`);
  if (answer.signal) process.exit(130);
  return answer.status;
};

const installTools = (folder, versions) => {
  say(`installing Node ${versions.node} and pnpm ${versions.pnpm} into ${folder}`);
  mkdirSync(folder, { recursive: true });
  // Without a package.json of its own npm would look for one further up, and find ours.
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ name: "leadstream-tools", private: true })}\n`);
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts=false", "--save-exact"];
  const status = runVisibly("npm", [...args, `node@${versions.node}`, `pnpm@${versions.pnpm}`], { cwd: folder });
  if (status !== 0)
    throw new BootstrapFault(
      `npm could not install Node ${versions.node} and pnpm ${versions.pnpm} (exit ${status}); its message stands above. Check the network and run the command again.`,
    );
};

/** The Node and pnpm to use: those that run already when they are new enough, else our own copies. */
const ensureTools = (root) => {
  const versions = readVersions(root);
  if (majorOf(process.versions.node) >= wantedNodeMajor && majorOf(versionOf("pnpm", [])) === majorOf(versions.pnpm))
    return { node: process.execPath, pnpm: ["pnpm"] };
  const folder = join(root, ".leadstream/tools");
  const node = join(folder, "node_modules/node/bin/node");
  const pnpm = join(folder, "node_modules/.bin/pnpm");
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`;
  const isRight = () =>
    versionOf(node, []) === versions.node &&
    spawnSync(pnpm, ["--version"], { encoding: "utf8", env: { ...process.env, PATH: path } }).stdout?.trim() === versions.pnpm;
  const marker = join(folder, "versions");
  const expected = `${versions.node} ${versions.pnpm}`;
  const isMarked = existsSync(marker) && readFileSync(marker, "utf8") === expected && existsSync(node) && existsSync(pnpm);
  if (!isMarked) {
    rmSync(marker, { force: true });
    if (!isRight()) installTools(folder, versions);
    if (!isRight())
      throw new BootstrapFault(
        `Node ${versions.node} and pnpm ${versions.pnpm} do not run from ${folder} on ${process.platform}/${process.arch}; delete the folder and try again, or install Node ${wantedNodeMajor} and pnpm yourself`,
      );
    writeFileSync(marker, expected);
  }
  return { node, pnpm: [pnpm] };
};

const stampOf = (root) =>
  createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");

/** Installs the packages of the frozen lockfile, unless exactly these are there. The stamp lives and dies with node_modules. */
const ensurePackages = (root, tools) => {
  const stampFile = join(root, stampName);
  const stamp = stampOf(root);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  say("installing packages from the lockfile");
  const [command, ...args] = tools.pnpm;
  // CI=true: pnpm asks nothing, and refuses a lockfile that does not match.
  const env = { ...process.env, CI: "true", PATH: `${dirname(tools.node)}${delimiter}${process.env.PATH ?? ""}` };
  const status = runVisibly(command, [...args, "install", "--frozen-lockfile"], { cwd: root, env });
  if (status !== 0)
    throw new BootstrapFault(
      `pnpm could not install the packages of pnpm-lock.yaml (exit ${status}); its message stands above. Check the network and the free disk space, and run the command again.`,
    );
  writeFileSync(stampFile, stamp);
};

/** Path of a Node 24 with everything installed; quick when nothing is missing. */
export const prepare = (root) => {
  const tools = ensureTools(root);
  ensurePackages(root, tools);
  return tools.node;
};
