import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { BootstrapFault } from "./fault.mjs";

// The second comes from kafkajs, which sets a timer in the past at each connection; Node fires it at once, as meant.
const quiet = ["--disable-warning=ExperimentalWarning", "--disable-warning=TimeoutNegativeWarning"];
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Signals that arrived here; the runner of several steps stops after the step that they ended. */
export const interruption = { signal: undefined };

/**
 * Runs Node 24 in the foreground and answers its exit code. Signals are passed on and the end is waited for; a Ctrl-C on a
 * terminal has reached the child already, which shares our process group.
 */
export const runNode = (node, args, root) =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
    const child = spawn(node, [...quiet, ...args], { stdio: "inherit", env, cwd: root });
    const forward = (signal) => {
      interruption.signal = signal;
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    };
    const unhook = () => {
      for (const signal of signals) process.off(signal, forward);
    };
    for (const signal of signals) process.on(signal, forward);
    child.once("error", (error) => {
      unhook();
      reject(new BootstrapFault(`${node} cannot be run: ${error.message}; delete .leadstream/tools and try again`));
    });
    child.once("exit", (code, signal) => {
      unhook();
      resolve(code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 137));
    });
  });
