import { type Grade, gradeSymbols, temperatureSymbols } from "@leadstream/schemas";
import type { OpenIntervals } from "../calendar/add-working-time.ts";
import { readCalendars } from "../calendar/read-calendars.ts";
import { DocumentReader, type Fault } from "../document/document-reader.ts";
import { RoutingError } from "../errors.ts";
import { checkPolicyNames, type KnownNames, missingTeam } from "./check-names.ts";
import { checkReachable } from "./check-reachable.ts";
import { readCurrencies } from "./currency.ts";
import type { ClockRow, PhaseClocks, Policy, PoolKind, Tier } from "./policy.ts";
import { outOfHoursChoices, pointThousandths, tiers } from "./policy.ts";
import { readRule, readTarget } from "./read-rule.ts";

const policyFields = [
  "name",
  "description",
  "assignOn",
  "bands",
  "tierByGrade",
  "rules",
  "fallback",
  "calendars",
  "clocks",
  "lease",
  "recycle",
  "handBack",
  "request",
  "claim",
  "reactivate",
  "inactivity",
  "followUp",
  "currency",
];
const pools: readonly PoolKind[] = ["pool", "nurture"];

/** Every fault of a policy document; with `known`, names of teams, reps and regions are checked as well. Empty: it may be published. */
export function checkPolicy(document: unknown, known?: KnownNames): readonly Fault[] {
  const { policy, reader } = read(document);
  // Publishers only: a policy on the log that was published under a milder check must not stop the fold.
  checkReachable(reader, policy.rules);
  if (known !== undefined) checkPolicyNames(reader, policy, known);
  return reader.faults;
}

/** A policy from its published JSON text. Throws RoutingError POLICY_INVALID naming the first faults. */
export function readPolicy(json: string): Policy {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new RoutingError("POLICY_INVALID", "policy: is not JSON. Publish it with the command line, which checks it");
  }
  const { policy, reader } = read(document);
  const { faults } = reader;
  if (faults.length === 0) return policy;
  const shown = faults.slice(0, 5).map((fault) => `${fault.path} ${fault.problem}: ${fault.remedy}`);
  throw new RoutingError("POLICY_INVALID", `policy: ${faults.length} faults: ${shown.join("; ")}`);
}

function read(document: unknown): { readonly policy: Policy; readonly reader: DocumentReader } {
  const reader = new DocumentReader();
  const root = reader.object(document, "policy", policyFields);
  const calendars = readCalendars(reader, root.calendars);
  const request = reader.object(root.request ?? {}, "request", ["waitLimit", "retryAfter", "outOfHours"]);
  const outOfHours = reader.choice(request.outOfHours, "request.outOfHours", outOfHoursChoices, "wait");
  const rules = reader.list(root.rules, "rules").map((rule, index) => readRule(reader, rule, `rules[${index}]`, outOfHours));
  if (root.fallback === undefined) {
    reader.fault("fallback", "is missing", "Name the team that takes leads which no rule places: fallback: { team: … }");
  }
  const policy: Policy = {
    name: reader.text(root.name, "name"),
    assignOn: reader.choice(root.assignOn, "assignOn", ["mql", "sql"], "sql"),
    bands: readBands(reader, root.bands),
    tierByGrade: readTierByGrade(reader, root.tierByGrade),
    rules,
    fallback: readTarget(reader, root.fallback ?? { team: missingTeam }, "fallback", outOfHours),
    clocks: readClocks(reader, root.clocks, calendars),
    currency: readCurrencies(reader, root.currency),
    ...readOwnership(reader, root, request),
  };
  checkCurrency(reader, policy);
  return { policy, reader };
}

/** Deals come in any currency: whoever goes by targets has to say what they are worth. */
function checkCurrency(reader: DocumentReader, { currency, rules, fallback }: Policy): void {
  if (currency !== null) return;
  const place = rules.findIndex(({ targets }) => targets.some(({ strategy }) => strategy === "target-left"));
  const path = place >= 0 ? `rules[${place}].assign.strategy` : "fallback.strategy";
  if (place < 0 && fallback.strategy !== "target-left") return;
  reader.fault(path, "goes by sales targets, and the policy states no currency", "Add currency: { base: EUR, rates: { USD: 0.92 } }");
}

function readBands(reader: DocumentReader, value: unknown): Policy["bands"] {
  const bands = reader.object(value ?? {}, "bands", ["mql", "sql"]);
  return {
    mql: new Set(reader.texts(bands.mql ?? ["mql", "warm"], "bands.mql")),
    sql: new Set(reader.texts(bands.sql ?? ["sql", "hot"], "bands.sql")),
  };
}

function readTierByGrade(reader: DocumentReader, value: unknown): Policy["tierByGrade"] {
  const given = reader.object(value ?? { A: "senior", B: "mid", C: "junior" }, "tierByGrade", gradeSymbols);
  const tierOf = (grade: Grade): Tier | null => {
    const tier = given[grade];
    return tier === undefined || tier === "any" ? null : reader.choice(tier, `tierByGrade.${grade}`, tiers);
  };
  return { A: tierOf("A"), B: tierOf("B"), C: tierOf("C") };
}

function readClocks(reader: DocumentReader, value: unknown, calendars: ReadonlyMap<string, OpenIntervals>): ClockRow[] {
  const rows = reader.list(value, "clocks").map((item, index) => readClockRow(reader, item, `clocks[${index}]`, calendars));
  for (const grade of gradeSymbols) {
    const last = rows.findIndex((row) => row.grade === grade && row.tier === null);
    if (last < 0)
      reader.fault("clocks", `has no row for grade ${grade} and any tier`, `Add a row { grade: ${grade}, first: …, cadence: … }`);
    rows.forEach((row, index) => {
      const shadow = rows.findIndex((other) => other.grade === row.grade && (other.tier === null || other.tier === row.tier));
      if (row.grade === grade && shadow < index) {
        reader.fault(`clocks[${index}]`, `is never used: clocks[${shadow}] comes first`, "Move it up or remove it");
      }
    });
  }
  return rows;
}

function readClockRow(reader: DocumentReader, item: unknown, path: string, calendars: ReadonlyMap<string, OpenIntervals>): ClockRow {
  const row = reader.object(item, path, ["grade", "tier", "calendar", "firstFollowUp", "grace", "first", "cadence"]);
  const calendar = reader.optionalText(row.calendar, `${path}.calendar`);
  if (calendar !== null && calendar !== "24x7" && !calendars.has(calendar)) {
    reader.fault(`${path}.calendar`, "names no calendar of this document", "Define it under calendars, or use 24x7");
  }
  const first = readPhase(reader, row.first, `${path}.first`);
  const earliestMs =
    (reader.optionalDurationMs(row.firstFollowUp, `${path}.firstFollowUp`) ?? 0) +
    (reader.optionalDurationMs(row.grace, `${path}.grace`) ?? 0);
  if (first.recycleMs < earliestMs) {
    reader.fault(
      `${path}.first.recycle`,
      "is earlier than firstFollowUp plus grace",
      "Give the rep the time that the grade allows, then recycle",
    );
  }
  return {
    grade: reader.choice(row.grade, `${path}.grade`, gradeSymbols),
    tier: row.tier === undefined ? null : reader.choice(row.tier, `${path}.tier`, tiers),
    calendar: calendar === null ? null : (calendars.get(calendar) ?? null),
    first,
    cadence: readPhase(reader, row.cadence, `${path}.cadence`),
  };
}

function readPhase(reader: DocumentReader, value: unknown, path: string): PhaseClocks {
  const phase = reader.object(value, path, ["target", "remind", "escalate", "recycle"]);
  const clocks: PhaseClocks = {
    targetMs: reader.optionalDurationMs(phase.target, `${path}.target`),
    remindMs: reader.durationMs(phase.remind, `${path}.remind`),
    escalateMs: reader.durationMs(phase.escalate, `${path}.escalate`),
    recycleMs: reader.durationMs(phase.recycle, `${path}.recycle`),
  };
  if (clocks.remindMs > clocks.escalateMs)
    reader.fault(`${path}.remind`, "is later than escalate", "Remind the rep before the head of sales");
  if (clocks.escalateMs > clocks.recycleMs)
    reader.fault(`${path}.escalate`, "is later than recycle", "Escalate before the lead is taken away");
  return clocks;
}

type Ownership = Pick<Policy, "lease" | "recycle" | "handBack" | "request" | "claim" | "reactivate" | "inactivity" | "followUp">;

type Fields = Readonly<Record<string, unknown>>;

function readOwnership(reader: DocumentReader, root: Fields, request: Fields): Ownership {
  const lease = reader.object(root.lease ?? {}, "lease", ["duration", "to"]);
  const recycle = reader.object(root.recycle ?? {}, "recycle", ["to", "coolDown", "reassignAfter", "maximum"]);
  const handBack = reader.object(root.handBack ?? {}, "handBack", ["to", "coolDown"]);
  const claim = reader.object(root.claim ?? {}, "claim", ["from"]);
  const reactivate = reader.object(root.reactivate ?? {}, "reactivate", ["riseBy"]);
  const followUp = reader.object(root.followUp ?? {}, "followUp", temperatureSymbols);
  const inactivity = reader.object(root.inactivity ?? {}, "inactivity", ["after", "leased", "pool"]);
  return {
    lease: {
      durationMs: reader.durationMs(lease.duration, "lease.duration", "30d"),
      to: reader.choice(lease.to, "lease.to", pools, "pool"),
    },
    recycle: {
      to: reader.choice(recycle.to, "recycle.to", pools, "pool"),
      coolDownMs: reader.durationMs(recycle.coolDown, "recycle.coolDown", "7d"),
      reassignAfterMs: reader.optionalDurationMs(recycle.reassignAfter, "recycle.reassignAfter"),
      maximum: reader.whole(recycle.maximum, "recycle.maximum", 0, 1_000, 3),
    },
    handBack: {
      to: reader.choice(handBack.to, "handBack.to", pools, "nurture"),
      coolDownMs: reader.durationMs(handBack.coolDown, "handBack.coolDown", "7d"),
    },
    request: {
      waitLimitMs: reader.durationMs(request.waitLimit, "request.waitLimit", "1d"),
      retryAfterMs: reader
        .list(request.retryAfter ?? ["15m", "1h", "4h"], "request.retryAfter")
        .map((item, index) => reader.durationMs(item, `request.retryAfter[${index}]`)),
    },
    claim: {
      from: reader.list(claim.from ?? ["pool"], "claim.from").map((item, index) => reader.choice(item, `claim.from[${index}]`, pools)),
    },
    reactivate: { riseBy: pointThousandths * reader.whole(reactivate.riseBy, "reactivate.riseBy", 0, 1_000, 5) },
    followUp: {
      hot: reader.text(followUp.hot, "followUp.hot", "call"),
      warm: reader.text(followUp.warm, "followUp.warm", "message"),
      cold: reader.text(followUp.cold, "followUp.cold", "content"),
    },
    inactivity: {
      afterMs: reader.durationMs(inactivity.after, "inactivity.after", "7d"),
      leased: reader.choice(inactivity.leased, "inactivity.leased", ["alert", "nurture"], "alert"),
      pool: reader.choice(inactivity.pool, "inactivity.pool", ["keep", "nurture"], "nurture"),
    },
  };
}
