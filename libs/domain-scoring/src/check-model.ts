import type { Grade, Temperature } from "@leadstream/schemas";
import { gradeSymbols, temperatureSymbols } from "@leadstream/schemas";
import { checkBands, checkBandsReached, checkScale } from "./check-bands.ts";
import { checkConditions } from "./check-conditions.ts";
import { alwaysBefore, type PlacedTests, placesText } from "./check-reach.ts";
import { checkGroups, checkRules, type PlacedRule } from "./check-rules.ts";
import type { Condition } from "./condition.ts";
import { DocumentReader, join, type ModelFault, type PlainObject } from "./document-reader.ts";
import type { Band, GradeRules, Inactivity, LateRules, Model, TemperatureRules } from "./model.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./units.ts";

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
  checkBandsReached(reader, bands, placed, groups);
  const model: Model = {
    name: reader.identifier(document.name, "name"),
    version: reader.integer(document.version, "version", 1, 2_000_000_000),
    scale,
    bands,
    groups: [...groups.values()].map(({ group }) => group),
    rules: placed.map(({ rule }) => rule),
    inactivity: checkInactivity(reader, document.inactivity, placed),
    grades: checkGrades(reader, document.grades),
    temperature: checkTemperature(reader, document.temperature, bands),
    late: checkLate(reader, document.late),
    duplicates: checkDuplicates(reader, document.duplicates),
    activitySignalEveryMs: checkActivity(reader, document.activity),
  };
  return reader.faults.length > 0 ? { faults: reader.faults } : { model };
}

function checkInactivity(reader: DocumentReader, value: unknown, rules: readonly PlacedRule[]): Inactivity {
  if (value === undefined) return { signalAfterMs: null, penalties: [] };
  const given = reader.object(value, "inactivity", ["signalAfter", "penalties"]);
  const ids = new Map<string, string>();
  const penalties = reader.list(given?.penalties, "inactivity.penalties").flatMap((item, index) => {
    const path = `inactivity.penalties.${index}`;
    const one = reader.object(item, path, ["id", "after", "points", "note"]);
    if (one === null) return [];
    const points = reader.points(one.points, join(path, "points"));
    if (points >= 0 && !reader.told(join(path, "points")))
      reader.fault(join(path, "points"), "is not negative", "A penalty takes points away");
    const id = reader.identifier(one.id, join(path, "id"));
    const twin = rules.find(({ rule }) => rule.id === id)?.path ?? ids.get(id);
    if (twin !== undefined && id !== "")
      reader.fault(join(path, "id"), `is the id of ${twin} too`, "Give each penalty its own id: ledgers name it");
    ids.set(id, path);
    return [{ id, afterMs: reader.duration(one.after, join(path, "after")), points }];
  });
  penalties.forEach((penalty, index) => {
    const earlier = penalties[index - 1];
    if (earlier !== undefined && penalty.afterMs <= earlier.afterMs && !reader.told(`inactivity.penalties.${index}.after`))
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
  const placed: PlacedTests[] = [];
  const rules = reader.list(given?.rules, "grades.rules").flatMap((item, index) => {
    const path = `grades.rules.${index}`;
    const one = reader.object(item, path, ["grade", "when", "note"]);
    if (one === null) return [];
    const when = checkConditions(reader, one.when, join(path, "when"), "profile");
    if (reader.faults.length === 0) checkEarlier(reader, when, path, placed);
    placed.push({ when, path });
    return [{ grade: reader.oneOf<Grade>(one.grade, join(path, "grade"), gradeSymbols), when }];
  });
  if (given?.matrix === undefined) return { rules, matrix: null };
  if (reader.faults.length === 0) checkEarlier(reader, [], "grades.matrix", placed);
  return { rules, matrix: checkMatrix(reader, given.matrix) };
}

/** The first rule that holds gives the grade; the matrix comes last. */
function checkEarlier(reader: DocumentReader, when: readonly Condition[], path: string, earlier: readonly PlacedTests[]): void {
  const found = alwaysBefore(when, earlier);
  if (found.length === 0) return;
  const hold = found.length === 1 ? "holds before it" : "hold before it, one or another";
  reader.fault(path, `is never reached: ${placesText(found)} always ${hold}`, "Put the narrower one first, or remove one");
}

function checkMatrix(reader: DocumentReader, value: unknown): GradeRules["matrix"] {
  const given = reader.object(value, "grades.matrix", ["fit", "engagement", "grades"]);
  if (given === null) return null;
  const bounds = (key: "fit" | "engagement"): readonly number[] => {
    const path = `grades.matrix.${key}`;
    const found = reader.list(given[key], path).map((item, index) => reader.points(item, join(path, index)));
    found.forEach((bound, index) => {
      if (index > 0 && bound <= found[index - 1]! && !reader.told(join(path, index)))
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
