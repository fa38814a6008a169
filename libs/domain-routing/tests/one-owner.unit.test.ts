import { describe, expect, it } from "@jest/globals";
import type { Tally } from "./checker.ts";
import { runHistory } from "./random-history.ts";

const histories = 10_000;

describe("I4: one owner, whatever happens in whatever order", () => {
  it(`holds over ${histories} random histories of the two folds joined`, () => {
    const tally: Tally = {};
    const failed: string[] = [];
    for (let seed = 1; seed <= histories; seed++) {
      const { faults } = runHistory(seed, tally);
      if (faults.length > 0) failed.push(`seed ${seed}: ${faults[0]}`);
    }
    const lines = Object.entries(tally)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, count]) => `${String(count).padStart(9)}  ${name}`);
    process.stdout.write(`${histories} histories\n${lines.join("\n")}\n`);
    expect(failed.slice(0, 10)).toEqual([]);
    for (const must of [
      "reps joined",
      "reps left",
      "recycled",
      "claimed",
      "transferred",
      "won",
      "erased",
      "revoked",
      "reply queued",
      "restarts",
      "decisions that passed over somebody out of hours",
      "waits until working hours begin",
      "waits that a tick ended",
      "revocations at a set pace",
      "deals that count for a target",
      "collaborator_added",
      "leads handed over with collaborators",
      "hand-overs that tell of the owners before",
      "cool-downs that the record tells",
      "deals in USD",
      "deals in JPY",
      "teams removed",
      "expired",
      "alert inactive",
      "claims over the cap",
      "claims over the quota",
    ]) {
      expect([must, (tally[must] ?? 0) > 100]).toEqual([must, true]);
    }
    for (const must of ["claim", "transfer", "erase"]) expect(tally[`${must} while a request was in flight`]).toBeGreaterThan(100);
    for (const must of ["who still hold leads at the end", "who came back to leads they still held"]) {
      expect([must, (tally[`leavers ${must}`] ?? 0) > 5]).toEqual([must, true]);
    }
    expect(tally.collaborator_removed).toBeGreaterThan(20);
    expect(tally["decisions by what is left of a target"]).toBeGreaterThan(10);
    expect(tally["status won while a request was in flight"]).toBeGreaterThan(10);
    expect(tally["grants that met no request"]).toBeGreaterThan(100);
  }, 300_000);

  it("gives the same outputs when a history runs again", () => {
    for (let seed = 1; seed <= 200; seed++) expect(runHistory(seed, {}).digest).toBe(runHistory(seed, {}).digest);
  });
});
