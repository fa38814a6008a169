import { spawn } from "node:child_process";
import { LocalStackError } from "./errors.ts";
import type { LogLine } from "./log-line.ts";

export const dependencyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

const lastTextLength = 4_000;
const reportEveryMs = 3_000;

/** "Progress (2): 8.0/11 MB | 459/647 kB" -> "8.0/11 MB | 459/647 kB" */
const progressOf = (text: string): string | undefined =>
  text
    .match(/Progress \(\d+\): [^\r\n]+/g)
    ?.at(-1)
    ?.replace(/^Progress \(\d+\): /, "")
    .trim();

/** Only Maven's own error lines: the rest is noise to who has to mend it. */
const errorsOf = (text: string): string => {
  const lines = text.split(/[\r\n]+/).filter((line) => line.includes("ERROR") && !line.includes("[Help"));
  return lines.slice(0, 6).join("\n") || text.slice(-500);
};

/** Runs `mvn` as the machine has it configured; progress every few seconds. Throws TOOL_MISSING or DOWNLOAD_FAILED. */
export const runMaven = (what: string, args: readonly string[], log: LogLine): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn("mvn", ["--strict-checksums", "-Dstyle.color=never", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const beganMs = performance.now();
    let text = "";
    let reported = "";
    const collect = (chunk: Buffer): void => {
      text = (text + chunk.toString("utf8")).slice(-lastTextLength);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const timer = setInterval(() => {
      const progress = progressOf(text) ?? "asking Maven";
      const seconds = Math.round((performance.now() - beganMs) / 1000);
      log(`${what}: ${progress === reported ? "still fetching" : progress} (${seconds} s)`);
      reported = progress;
    }, reportEveryMs);
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearInterval(timer);
      const missing = error.code === "ENOENT";
      const remedy = missing
        ? "Maven (`mvn`) is not on the PATH: install it (`apt-get install maven`, `brew install maven`)"
        : `Maven (\`mvn\`) does not start (${error.message}): mend its installation`;
      reject(new LocalStackError(missing ? "TOOL_MISSING" : "DOWNLOAD_FAILED", `${what} cannot be fetched. ${remedy}`, { cause: error }));
    });
    child.once("close", (code) => {
      clearInterval(timer);
      if (code === 0) return resolve();
      reject(
        new LocalStackError(
          "DOWNLOAD_FAILED",
          `${what} cannot be fetched: Maven ended with ${code}. Check the network, the free disk space and Maven's settings, then run the command again.\n${errorsOf(text)}`,
        ),
      );
    });
  });
