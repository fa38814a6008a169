import type { GroupDecay, PlacedRule } from "./check-rules.ts";
import { type DocumentReader, join } from "./document-reader.ts";
import type { Band, Model, Rule } from "./model.ts";
import { DAY_MS, pointsText } from "./units.ts";

/** A dwell keeps the awards of so long a time one by one. */
const MAX_DWELL_MS = 7 * DAY_MS;

export function checkScale(reader: DocumentReader, value: unknown): Model["scale"] {
  if (value === undefined) return { min: 0, max: 100_000 };
  const given = reader.object(value, "scale", ["min", "max"]);
  const min = reader.points(given?.min ?? 0, "scale.min");
  const max = reader.points(given?.max ?? 100, "scale.max");
  if (reader.told("scale.min") || reader.told("scale.max")) return { min, max };
  if (min > 0 || max <= 0) reader.fault("scale", "does not hold zero, where every lead begins", "Use min ≤ 0 and max > 0");
  return { min, max };
}

/** Bands from the lowest to the highest. `to`, where it is given, must be the next band's `from`: no gap, no overlap. */
export function checkBands(reader: DocumentReader, value: unknown, scale: Model["scale"]): readonly Band[] {
  const bands: Band[] = [];
  const ends: (number | null)[] = [];
  const faults = reader.faults.length;
  reader.list(value, "bands").forEach((item, index) => {
    const path = join("bands", index);
    const given = reader.object(item, path, ["name", "from", "to", "hysteresis", "dwell", "note"]);
    if (given === null) return;
    const from = reader.points(given.from, join(path, "from"));
    const hysteresis = given.hysteresis === undefined ? 0 : reader.points(given.hysteresis, join(path, "hysteresis"));
    if (hysteresis < 0) reader.fault(join(path, "hysteresis"), "is negative", "Use zero or more points");
    ends.push(given.to === undefined ? null : reader.points(given.to, join(path, "to")));
    const dwellMs = given.dwell === undefined ? 0 : reader.duration(given.dwell, join(path, "dwell"), MAX_DWELL_MS);
    bands.push({ name: reader.identifier(given.name, join(path, "name")), from, hysteresis, dwellMs });
  });
  if (reader.faults.length > faults) return bands;
  if (bands.length === 0) reader.fault("bands", "names no band", "Add at least one band that begins at the scale's minimum");
  else if (bands[0]!.from !== scale.min)
    reader.fault("bands.0.from", "is not scale.min: scores below it would have no band", `Use ${pointsText(scale.min)}`);
  for (let index = 0; index < bands.length; index++) {
    checkName(reader, bands, index);
    if (checkOrder(reader, bands, index, scale)) {
      checkEnd(reader, bands, ends[index] ?? null, index, scale);
      checkHysteresis(reader, bands, index);
    }
  }
  return bands;
}

function checkName(reader: DocumentReader, bands: readonly Band[], index: number): void {
  const twin = bands.findIndex((other) => other.name === bands[index]!.name);
  if (twin < index) reader.fault(`bands.${index}.name`, `is the name of bands.${twin} too`, "Give each band its own name");
}

function checkOrder(reader: DocumentReader, bands: readonly Band[], index: number, scale: Model["scale"]): boolean {
  const { from } = bands[index]!;
  const at = `bands.${index}.from`;
  if (from > scale.max) reader.fault(at, "is above scale.max: the band is never reached", `Use at most ${pointsText(scale.max)}`);
  else if (index > 0 && from <= bands[index - 1]!.from)
    reader.fault(at, `is not above bands.${index - 1}.from: the two bands overlap`, "Order bands from low to high");
  return !reader.told(at);
}

function checkEnd(reader: DocumentReader, bands: readonly Band[], end: number | null, index: number, scale: Model["scale"]): void {
  if (end === null) return;
  const at = `bands.${index}.to`;
  const next = bands[index + 1];
  if (next === undefined) {
    if (end < scale.max) reader.fault(at, "leaves a gap below scale.max", "Remove `to` of the last band");
    else if (end > scale.max) reader.fault(at, "is above scale.max", "Remove `to` of the last band");
  } else if (end !== next.from && next.from > bands[index]!.from) {
    const relation = end > next.from ? "overlaps" : "leaves a gap before";
    reader.fault(at, `${relation} bands.${index + 1}.from`, `Use ${pointsText(next.from)}, or remove \`to\``);
  }
}

/** What reaches over the whole band below makes of the two bands one, for a lead that falls. */
function checkHysteresis(reader: DocumentReader, bands: readonly Band[], index: number): void {
  const below = bands[index - 1];
  const { from, hysteresis } = bands[index]!;
  if (below === undefined || from - hysteresis > below.from) return;
  const effect = index === 1 ? "the band is never left again" : "a falling lead passes over that band";
  reader.fault(
    `bands.${index}.hysteresis`,
    `reaches down to bands.${index - 1}.from: ${effect}`,
    `Use less than ${pointsText(from - below.from)}`,
  );
}

/** Bands that all rules together cannot reach, where each of them gives a limited number of points. A model without rules gives none yet. */
export function checkBandsReached(
  reader: DocumentReader,
  bands: readonly Band[],
  placed: readonly PlacedRule[],
  groups: ReadonlyMap<string, GroupDecay>,
): void {
  const giving = placed.filter(({ rule }) => rule.points > 0);
  if (giving.length === 0 || reader.faults.length > 0) return;
  const most = mostPoints(
    giving.map(({ rule }) => rule),
    groups,
  );
  bands.forEach(({ from }, index) => {
    if (from <= most) return;
    const rules = giving.length === 1 ? `${giving[0]!.path} gives` : `the rules from ${giving[0]!.path} to ${giving.at(-1)!.path} give`;
    reader.fault(
      `bands.${index}.from`,
      `is never reached: ${rules} at most ${pointsText(most)} points`,
      `Use at most ${pointsText(most)}, or let rules give more`,
    );
  });
}

/** Most points that a lead can have of rules that give, thousandths; infinite where one gives again and again. */
function mostPoints(giving: readonly Rule[], groups: ReadonlyMap<string, GroupDecay>): number {
  let most = sum(giving.filter(({ group }) => group === null).map(mostOf));
  for (const [id, { group }] of groups) {
    const members = giving.filter((rule) => rule.group === id);
    const profile = members.filter(({ kind }) => kind === "profile").map(mostOf);
    most += group.exclusive ? profile.reduce((a, b) => Math.max(a, b), 0) : sum(profile);
    most += Math.min(sum(members.filter(({ kind }) => kind !== "profile").map(mostOf)), group.cap.lifetime ?? Number.POSITIVE_INFINITY);
  }
  return most;
}

function mostOf({ kind, points, once, cap }: Rule): number {
  return kind === "profile" || once ? points : (cap.lifetime ?? Number.POSITIVE_INFINITY);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
