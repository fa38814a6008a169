import type { Grade, Temperature } from "@leadstream/schemas";
import { gradeSymbols, temperatureSymbols } from "@leadstream/schemas";
import { checkConditions } from "./check-conditions.ts";
import { checkGroups, checkRules } from "./check-rules.ts";
import { DocumentReader, join, type ModelFault, type PlainObject } from "./document-reader.ts";
import type { Band, GradeRules, Inactivity, LateRules, Model, TemperatureRules } from "./model.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, pointsText } from "./units.ts";

/** A dwell keeps the awards of so long a time one by one. */
const MAX_DWELL_MS = 7 * DAY_MS;

export type ModelCheck = { readonly model: Model } | { readonly faults: readonly ModelFault[] };

const sections = [
  "name",
  "version",
  "note",
  "scale",
  "bands",
  "groups",
  "profile",
  "behaviour",
  "status",
  "inactivity",
  "grades",
  "temperature",
  "late",
  "duplicates",
  "activity",
] as const;

/** Checks a parsed document as a whole: either a model that can be compiled, or every fault with its place and remedy. */
export function checkModel(value: unknown): ModelCheck {
  const reader = new DocumentReader();
  const document = reader.object(value, "", sections);
  if (document === null) return { faults: reader.faults };
  const groups = checkGroups(reader, document.groups);
  const placed = checkRules(reader, document, groups);
  const scale = checkScale(reader, document.scale);
  const bands = checkBands(reader, document.bands, scale);
  const model: Model = {
    name: reader.identifier(document.name, "name"),
    version: reader.integer(document.version, "version", 1, 2_000_000_000),
    scale,
    bands,
    groups: [...groups.values()].map(({ group }) => group),
    rules: placed.map(({ rule }) => rule),
    inactivity: checkInactivity(reader, document.inactivity),
    grades: checkGrades(reader, document.grades),
    temperature: checkTemperature(reader, document.temperature, bands),
    late: checkLate(reader, document.late),
    duplicates: checkDuplicates(reader, document.duplicates),
    activitySignalEveryMs: checkActivity(reader, document.activity),
  };
  return reader.faults.length > 0 ? { faults: reader.faults } : { model };
}

function checkScale(reader: DocumentReader, value: unknown): Model["scale"] {
  if (value === undefined) return { min: 0, max: 100_000 };
  const given = reader.object(value, "scale", ["min", "max"]);
  const min = reader.points(given?.min ?? 0, "scale.min");
  const max = reader.points(given?.max ?? 100, "scale.max");
  if (min > 0 || max <= 0) reader.fault("scale", "does not hold zero, where every lead begins", "Use min ≤ 0 and max > 0");
  return { min, max };
}

/** Bands from the lowest to the highest. `to`, where it is given, must be the next band's `from`: no gap, no overlap. */
function checkBands(reader: DocumentReader, value: unknown, scale: Model["scale"]): readonly Band[] {
  const bands: Band[] = [];
  const ends: (number | null)[] = [];
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
  if (bands.length === 0) reader.fault("bands", "names no band", "Add at least one band that begins at the scale's minimum");
  else if (bands[0]!.from !== scale.min)
    reader.fault(
      "bands.0.from",
      "is not the scale's minimum (scale.min): scores below it would have no band",
      `Use ${pointsText(scale.min)}`,
    );
  for (let index = 0; index < bands.length; index++) checkNeighbours(reader, bands, ends, index, scale);
  return bands;
}

function checkNeighbours(
  reader: DocumentReader,
  bands: readonly Band[],
  ends: readonly (number | null)[],
  index: number,
  scale: Model["scale"],
): void {
  const band = bands[index]!;
  const twin = bands.findIndex((other) => other.name === band.name);
  if (twin < index) reader.fault(`bands.${index}.name`, `is the name of bands.${twin} too`, "Give each band its own name");
  if (band.from > scale.max)
    reader.fault(
      `bands.${index}.from`,
      "is above the scale's maximum (scale.max): the band is never reached",
      `Use at most ${pointsText(scale.max)}`,
    );
  const next = bands[index + 1];
  const end = ends[index] ?? null;
  if (next === undefined) {
    if (end !== null && end < scale.max)
      reader.fault(`bands.${index}.to`, "leaves a gap below the scale's maximum (scale.max)", "Remove `to` of the last band");
    return;
  }
  if (next.from <= band.from) {
    reader.fault(`bands.${index + 1}.from`, `is not above bands.${index}.from: the two bands overlap`, "Order bands from low to high");
    return;
  }
  if (end === null || end === next.from) return;
  const relation = end > next.from ? "overlaps" : "leaves a gap before";
  reader.fault(`bands.${index}.to`, `${relation} bands.${index + 1}.from`, `Use ${pointsText(next.from)}, or remove \`to\``);
}

function checkInactivity(reader: DocumentReader, value: unknown): Inactivity {
  if (value === undefined) return { signalAfterMs: null, penalties: [] };
  const given = reader.object(value, "inactivity", ["signalAfter", "penalties"]);
  const penalties = reader.list(given?.penalties, "inactivity.penalties").flatMap((item, index) => {
    const path = `inactivity.penalties.${index}`;
    const one = reader.object(item, path, ["id", "after", "points", "note"]);
    if (one === null) return [];
    const points = reader.points(one.points, join(path, "points"));
    if (points >= 0) reader.fault(join(path, "points"), "is not negative", "A penalty takes points away");
    return [{ id: reader.identifier(one.id, join(path, "id")), afterMs: reader.duration(one.after, join(path, "after")), points }];
  });
  penalties.forEach((penalty, index) => {
    const earlier = penalties[index - 1];
    if (earlier !== undefined && penalty.afterMs <= earlier.afterMs)
      reader.fault(
        `inactivity.penalties.${index}.after`,
        `is not later than inactivity.penalties.${index - 1}.after`,
        "Order penalties from short to long silence",
      );
  });
  return {
    signalAfterMs: given?.signalAfter === undefined ? null : reader.duration(given.signalAfter, "inactivity.signalAfter"),
    penalties,
  };
}

function checkGrades(reader: DocumentReader, value: unknown): GradeRules {
  if (value === undefined) return { rules: [], matrix: null };
  const given = reader.object(value, "grades", ["rules", "matrix"]);
  const seen = new Map<string, string>();
  const rules = reader.list(given?.rules, "grades.rules").flatMap((item, index) => {
    const path = `grades.rules.${index}`;
    const one = reader.object(item, path, ["grade", "when", "note"]);
    if (one === null) return [];
    const when = checkConditions(reader, one.when, join(path, "when"), "profile");
    const earlier = seen.get(JSON.stringify(when));
    if (earlier !== undefined) reader.fault(path, `is never reached: ${earlier} has the same test`, "Remove one of the two");
    seen.set(JSON.stringify(when), path);
    return [{ grade: reader.oneOf<Grade>(one.grade, join(path, "grade"), gradeSymbols), when }];
  });
  return { rules, matrix: given?.matrix === undefined ? null : checkMatrix(reader, given.matrix) };
}

function checkMatrix(reader: DocumentReader, value: unknown): GradeRules["matrix"] {
  const given = reader.object(value, "grades.matrix", ["fit", "engagement", "grades"]);
  if (given === null) return null;
  const bounds = (key: "fit" | "engagement"): readonly number[] => {
    const path = `grades.matrix.${key}`;
    const found = reader.list(given[key], path).map((item, index) => reader.points(item, join(path, index)));
    found.forEach((bound, index) => {
      if (index > 0 && bound <= found[index - 1]!)
        reader.fault(join(path, index), `is not above ${join(path, index - 1)}`, "Order bounds from low to high");
    });
    return found;
  };
  const fit = bounds("fit");
  const engagement = bounds("engagement");
  const rows = reader.list(given.grades, "grades.matrix.grades").map((row, index) => {
    const path = `grades.matrix.grades.${index}`;
    const grades = reader.list(row, path).map((item, column) => reader.oneOf<Grade>(item, join(path, column), gradeSymbols));
    if (grades.length !== engagement.length + 1)
      reader.fault(path, "has not one grade per step of grades.matrix.engagement", `Give it ${engagement.length + 1} grades`);
    return grades;
  });
  if (rows.length !== fit.length + 1)
    reader.fault("grades.matrix.grades", "has not one row per step of grades.matrix.fit", `Give it ${fit.length + 1} rows`);
  return { fit, engagement, grades: rows };
}

function checkTemperature(reader: DocumentReader, value: unknown, bands: readonly Band[]): TemperatureRules {
  if (value === undefined) return { bands: {}, hotTouches: [], hotWhen: [] };
  const given = reader.object(value, "temperature", ["bands", "hotTouches", "hotWhen"]);
  const byBand: Record<string, Temperature> = {};
  if (given?.bands !== undefined) {
    const names = bands.map((band) => band.name);
    const map: PlainObject = reader.object(given.bands, "temperature.bands", names) ?? {};
    for (const name of names) {
      if (name in map) byBand[name] = reader.oneOf<Temperature>(map[name], `temperature.bands.${name}`, temperatureSymbols);
      else reader.fault(`temperature.bands.${name}`, "is missing", "Give every band a temperature, or none");
    }
  }
  return {
    bands: byBand,
    hotTouches: given?.hotTouches === undefined ? [] : reader.texts(given.hotTouches, "temperature.hotTouches"),
    hotWhen: checkConditions(reader, given?.hotWhen, "temperature.hotWhen", "profile"),
  };
}

function checkLate(reader: DocumentReader, value: unknown): LateRules {
  const given =
    value === undefined ? {} : (reader.object(value, "late", ["after", "horizon", "touches", "clampPast", "clampFuture"]) ?? {});
  const duration = (key: string, otherwise: number): number =>
    given[key] === undefined ? otherwise : reader.duration(given[key], `late.${key}`);
  return {
    afterMs: duration("after", 10 * MINUTE_MS),
    horizonMs: duration("horizon", 7 * DAY_MS),
    touches: given.touches === undefined ? 64 : reader.integer(given.touches, "late.touches", 0, 1024),
    clampPastMs: duration("clampPast", 90 * DAY_MS),
    clampFutureMs: duration("clampFuture", 5 * MINUTE_MS),
  };
}

function checkDuplicates(reader: DocumentReader, value: unknown): Model["duplicates"] {
  const given = value === undefined ? {} : (reader.object(value, "duplicates", ["window", "events"]) ?? {});
  return {
    windowMs: given.window === undefined ? 7 * DAY_MS : reader.duration(given.window, "duplicates.window"),
    events: given.events === undefined ? 64 : reader.integer(given.events, "duplicates.events", 1, 1024),
  };
}

function checkActivity(reader: DocumentReader, value: unknown): number {
  const given = value === undefined ? {} : (reader.object(value, "activity", ["signalEvery"]) ?? {});
  return given.signalEvery === undefined ? HOUR_MS : reader.duration(given.signalEvery, "activity.signalEvery");
}
