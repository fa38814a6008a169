import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();
let listening = false;

/** A child ends with this process, however it ends. One listener for all: a bench starts dozens, and Node warns above ten. */
export function killAtExit(child: ChildProcess): void {
  if (!listening) {
    listening = true;
    process.once("exit", () => {
      for (const each of running) each.kill("SIGKILL");
    });
  }
  running.add(child);
  child.once("exit", () => running.delete(child));
}
