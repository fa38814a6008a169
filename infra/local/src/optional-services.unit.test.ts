import { expect, it } from "@jest/globals";
import type { ChildExit } from "./child-process.ts";
import { OptionalServices } from "./optional-services.ts";
import { Supervised } from "./supervised.ts";

const policy = { maximumRestarts: 2, windowMs: 60_000, initialBackoffMs: 1, maximumBackoffMs: 2 };

function trial() {
  const told = { wanted: false, broken: false, starts: 0, stops: 0 };
  const lines: string[] = [];
  const shadow = new Supervised({
    name: "shadow",
    policy,
    drainMs: 10,
    log: (line) => lines.push(line),
    onChange: () => {},
    start: async () => {
      told.starts++;
      if (told.broken) throw new Error("its port is taken");
      const { promise, resolve } = Promise.withResolvers<ChildExit>();
      const stop = async (): Promise<void> => {
        told.stops++;
        resolve({ code: 0, signal: null });
      };
      return { pid: 1_000_000_000, exited: promise, kill: () => {}, stop };
    },
  });
  const optional = new OptionalServices({
    services: [shadow],
    wanted: () => told.wanted,
    lookMs: 60_000,
    retryMs: 0,
    log: (line) => lines.push(line),
  });
  const state = (): string | undefined => optional.statuses()[0]?.state;
  return { told, lines, optional, state };
}

it("an optional service is off until it is wanted, runs while it is, and is stopped when it no longer is", async () => {
  const { told, optional, state } = trial();
  await optional.look();
  expect([state(), told.starts]).toEqual(["off", 0]);
  told.wanted = true;
  await optional.look();
  await optional.look();
  expect([state(), told.starts]).toEqual(["running", 1]);
  told.wanted = false;
  await optional.look();
  expect([state(), told.stops]).toEqual(["off", 1]);
  told.wanted = true;
  await optional.look();
  await optional.end();
  expect([state(), told.starts, told.stops]).toEqual(["off", 2, 2]);
  await optional.look();
  expect(told.starts).toBe(2);
});

it("a start that fails is told and tried again", async () => {
  const { told, lines, optional, state } = trial();
  told.wanted = told.broken = true;
  await optional.look();
  expect([state(), lines.at(-1)]).toEqual(["off", "shadow did not start: its port is taken; tried again in 0 s"]);
  told.broken = false;
  await optional.look();
  expect(state()).toBe("running");
  await optional.end();
});
