import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { readYamlDocument } from "@leadstream/config";
import {
  checkJourney,
  checkPolicy,
  checkRoster,
  namesOf,
  readJourney,
  readPolicy,
  resolveCalendars,
  rosterParts,
} from "@leadstream/domain-routing";
import { z } from "zod";

const examples = join(import.meta.dirname, "../../../infra/examples");
const roster = readYamlDocument(join(examples, "rosters/demo-team.yaml"), z.unknown());

describe("shipped examples", () => {
  it("the roster is sound: four teams, sixteen reps", () => {
    expect(checkRoster(roster)).toEqual([]);
    const { teams } = namesOf(roster);
    expect([...teams.keys()]).toEqual(["emea", "americas", "asia-pacific", "key-accounts"]);
    expect([...teams.values()].flat()).toHaveLength(16);
    expect(rosterParts(roster)).toHaveLength(4);
  });

  it.each(["default", "demo"])("policy %s is sound and names only what the roster has", (name) => {
    const document = readYamlDocument(join(examples, `policies/${name}.yaml`), z.unknown());
    expect(checkPolicy(document, namesOf(roster))).toEqual([]);
    expect(readPolicy(JSON.stringify(document)).name).toBe(name);
  });

  it("the demo's clocks are the default's in fast motion: same teams, same rules, minutes at most", () => {
    const [slow, fast] = ["default", "demo"].map((name) =>
      readPolicy(JSON.stringify(readYamlDocument(join(examples, `policies/${name}.yaml`), z.unknown()))),
    );
    expect(fast!.rules).toEqual(slow!.rules);
    for (const row of fast!.clocks) expect(row.cadence.recycleMs).toBeLessThanOrEqual(10 * 60_000);
  });

  it.each(["nurture", "demo"])("journey %s is sound and is that of L4", (name) => {
    const document = readYamlDocument(join(examples, `journeys/${name}.yaml`), z.looseObject({}));
    expect(checkJourney(document)).toEqual([]);
    const { steps } = readJourney(JSON.stringify(resolveCalendars(document, 0, 30 * 86_400_000)));
    const dayMs = name === "demo" ? 10_000 : 86_400_000;
    expect(steps.map(({ id, afterMs }) => [id, afterMs / dayMs])).toEqual([
      ["thanks", 1],
      ["blog", 5],
      ["webinar-invitation", 10],
      ["attended", 15],
    ]);
  });

  it("the demo's journey does what the other does, in fast motion", () => {
    const [slow, fast] = ["nurture", "demo"].map((name) =>
      readJourney(
        JSON.stringify(resolveCalendars(readYamlDocument(join(examples, `journeys/${name}.yaml`), z.looseObject({})), 0, 30 * 86_400_000)),
      ),
    );
    expect(fast!.steps.map(({ branches }) => branches)).toEqual(slow!.steps.map(({ branches }) => branches));
  });

  it("the default's clocks are those of the requirements (SLA2 to SLA6, A11)", () => {
    const { clocks, lease } = readPolicy(JSON.stringify(readYamlDocument(join(examples, "policies/default.yaml"), z.unknown())));
    const hours = (ms: number | null): number | null => (ms === null ? null : ms / 3_600_000);
    const first = clocks.map(({ grade, first: { targetMs, remindMs, escalateMs, recycleMs } }) => [
      grade,
      ...[targetMs, remindMs, escalateMs, recycleMs].map(hours),
    ]);
    expect(first).toEqual([
      ["A", 2, 4, 24, 48],
      ["B", 2, 4, 48, 60],
      ["C", 2, 24, 48, 72],
    ]);
    expect(hours(lease.durationMs)).toBe(720);
  });
});
