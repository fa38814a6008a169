import { describe, expect, it } from "@jest/globals";
import type { ChildExit } from "./child-process.ts";
import { type Handle, Supervised, type SupervisedState } from "./supervised.ts";

type FakeProcess = Handle & { crash(): void; stopped: boolean };

const policy = { maximumRestarts: 2, windowMs: 60_000, initialBackoffMs: 1, maximumBackoffMs: 2 };

const fakeProcess = (pid: number): FakeProcess => {
  const { promise, resolve } = Promise.withResolvers<ChildExit>();
  const fake: FakeProcess = {
    pid,
    stopped: false,
    exited: promise,
    kill: (signal) => resolve({ code: null, signal }),
    stop: async () => {
      fake.stopped = true;
      resolve({ code: 0, signal: null });
    },
    crash: () => resolve({ code: 1, signal: null }),
  };
  return fake;
};

/** A supervised process whose states can be awaited; `starts` are the processes it was given, in order. */
const harness = (start?: (count: number, signal: AbortSignal) => Promise<Handle>) => {
  const processes: FakeProcess[] = [];
  const lines: string[] = [];
  const waiting: { state: SupervisedState; pid: number | null; resolve(): void }[] = [];
  const check = (): void => {
    const { state, pid } = supervised.status();
    for (const each of waiting) if (each.state === state && (each.pid === null || each.pid === pid)) each.resolve();
  };
  const supervised: Supervised = new Supervised({
    name: "scoring",
    policy,
    drainMs: 10,
    log: (line) => lines.push(line),
    onChange: check,
    start: async (signal) => {
      const fake = fakeProcess(1_000_000_000 + processes.length);
      processes.push(fake);
      await start?.(processes.length, signal);
      return fake;
    },
  });
  const reach = (state: SupervisedState, pid: number | null = null): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ state, pid, resolve });
      check();
    });
  return { supervised, processes, lines, reach };
};

describe("a supervised process", () => {
  it("is started again after a crash, until the limit, and says so", async () => {
    const { supervised, processes, lines, reach } = harness();
    await supervised.start();
    processes[0]?.crash();
    await reach("running", processes[0]!.pid + 1);
    processes[1]?.crash();
    await reach("running", processes[0]!.pid + 2);
    expect(supervised.status().restarts).toBe(2);
    processes[2]?.crash();
    await reach("gave up");
    expect(processes).toHaveLength(3);
    expect(lines.at(-1)).toMatch(/scoring ended with code 1; not started again \(3 times/);
  });

  it("counts a failed restart as a crash", async () => {
    const { supervised, processes, lines, reach } = harness(async (count) => {
      if (count > 1) throw new Error("port taken");
      return processes[0] as Handle;
    });
    await supervised.start();
    processes[0]?.crash();
    await reach("gave up");
    expect(lines.at(-1)).toContain("did not start: port taken");
  });

  it("gives the failure of the first start to the caller", async () => {
    const { supervised } = harness(() => Promise.reject(new Error("bad configuration")));
    await expect(supervised.start()).rejects.toThrow("bad configuration");
    expect(supervised.status().state).toBe("stopped");
  });

  it("stays down after down() until start()", async () => {
    const { supervised, processes } = harness();
    await supervised.start();
    await supervised.down("SIGKILL");
    expect(supervised.status()).toMatchObject({ state: "down", pid: null, restarts: 0 });
    await supervised.start();
    expect(supervised.status()).toMatchObject({ state: "running", pid: processes[1]!.pid });
  });

  it("stops the process that was still starting", async () => {
    const { supervised, processes } = harness(
      (_count, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("interrupted")))),
    );
    const starting = supervised.start();
    await supervised.stop();
    await expect(starting).rejects.toThrow("interrupted");
    expect(supervised.status().state).toBe("stopped");
    expect(processes).toHaveLength(1);
  });

  it("stops a process that became ready although it was told to stop", async () => {
    const release = Promise.withResolvers<Handle>();
    const { supervised, processes } = harness(() => release.promise);
    const starting = supervised.start();
    const stopping = supervised.stop();
    release.resolve(fakeProcess(1));
    await expect(starting).rejects.toThrow(/stopped while starting/);
    await stopping;
    expect(processes[0]?.stopped).toBe(true);
  });
});
