// `npm test`: servers, linter, types, then jest tier by tier. Every step runs even when an earlier one failed; one line sums up.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { interruption, runNode } from "./child.mjs";
import { say } from "./fault.mjs";

const jestArgs = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];
const biome = ["node_modules/@biomejs/biome/bin/biome", "check", "."];
const types = ["node_modules/typescript/bin/tsc", "--noEmit"];
const downloads = ["infra/local/src/download-main.ts"];

const seconds = (beganMs) => `${((performance.now() - beganMs) / 1000).toFixed(0)} s`;

/** Counts of one jest run, from the report it wrote; a run that wrote none has failed. */
const readCounts = (reportFile) => {
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, pending: 0 };
  const report = JSON.parse(readFileSync(reportFile, "utf8"));
  return {
    passed: report.numPassedTests,
    // A suite that does not even load has no failed test in it.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    pending: report.numPendingTests + report.numTodoTests,
  };
};

const jestStep = (name, project, counts) => ({
  name,
  run: async (node, root) => {
    const reports = join(root, ".leadstream/reports");
    mkdirSync(reports, { recursive: true });
    const reportFile = join(reports, `${project}.json`);
    rmSync(reportFile, { force: true });
    const code = await runNode(
      node,
      [...jestArgs, "--selectProjects", project, "--json", `--outputFile=${reportFile}`, "--passWithNoTests"],
      root,
    );
    const found = readCounts(reportFile);
    counts.passed += found.passed;
    counts.failed += found.failed;
    counts.pending += found.pending;
    return code;
  },
});

const programStep = (name, args) => ({ name, run: (node, root) => runNode(node, args, root) });

const runSteps = async (steps, node, root) => {
  const failed = [];
  const lines = [];
  for (const step of steps) {
    say(`${step.name} ...`);
    const beganMs = performance.now();
    const code = await step.run(node, root);
    if (interruption.signal) return { failed: [...failed, `${step.name} (interrupted)`], lines, code: 130 };
    lines.push(`${step.name}: ${code === 0 ? "ok" : `FAILED (exit ${code})`} in ${seconds(beganMs)}`);
    if (code !== 0) failed.push(step.name);
  }
  return { failed, lines, code: failed.length === 0 ? 0 : 1 };
};

/** Runs all steps, prints the summary, answers the exit code. */
const runAndSum = async (steps, counts, node, root) => {
  const { failed, lines, code } = await runSteps(steps, node, root);
  for (const line of lines) process.stdout.write(`${line}\n`);
  const none = counts.passed + counts.failed === 0;
  if (none) process.stdout.write("no test was executed: that counts as a failure\n");
  if (failed.length > 0) process.stdout.write(`failed: ${failed.join(", ")}\n`);
  const skipped = counts.pending > 0 ? `, ${counts.pending} skipped` : "";
  process.stdout.write(`tests: ${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  return code !== 0 || none || counts.failed > 0 ? code || 1 : 0;
};

/** With arguments only jest runs, with them: `npm test -- libs/stream`. */
export const runTests = (node, root, args) => {
  if (args.length > 0) return runNode(node, [...jestArgs, ...args], root);
  const counts = { passed: 0, failed: 0, pending: 0 };
  const steps = [
    programStep("server downloads", downloads),
    programStep("biome check", biome),
    programStep("type check", types),
    jestStep("unit tests", "unit", counts),
    jestStep("tests on real servers", "servers", counts),
  ];
  return runAndSum(steps, counts, node, root);
};

/** The tests that need a Docker engine. */
export const runDockerTests = (node, root, args) => {
  if (args.length > 0) return runNode(node, [...jestArgs, "--selectProjects", "docker", ...args], root);
  const counts = { passed: 0, failed: 0, pending: 0 };
  return runAndSum([jestStep("tests on images", "docker", counts)], counts, node, root);
};
