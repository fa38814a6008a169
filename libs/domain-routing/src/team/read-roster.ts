import { readCalendars } from "../calendar/read-calendars.ts";
import { WorkingHours } from "../calendar/working-hours.ts";
import { DocumentReader, type Fault } from "../document/document-reader.ts";
import { RoutingError } from "../errors.ts";
import type { KnownNames } from "../policy/check-names.ts";
import { readCode } from "../policy/currency.ts";
import { tiers } from "../policy/policy.ts";
import { rosterKey } from "./decide-roster.ts";
import type { Rep, SalesTarget, Team } from "./team.ts";

const teamFields = [
  "id",
  "name",
  "removed",
  "regions",
  "queueLimit",
  "tierFallback",
  "reassignPerHour",
  "claims",
  "calendars",
  "calendar",
  "reps",
];
const repFields = ["id", "name", "tier", "skills", "regions", "languages", "capacity", "weight", "absent", "targets", "calendar"];
const maximumReps = 5_000;

/** Every fault of a roster document { teams: [...] }. Empty: it may be published. */
export function checkRoster(document: unknown): readonly Fault[] {
  return readTeams(document).faults;
}

export interface RosterPart {
  readonly teamId: string;
  /** JSON of the one team: the document of its RosterPublished record, whose key is the team id. */
  readonly document: string;
}

/**
 * A roster as the records that publish it: one for each team, and an empty one for each team of `former` that is gone, so that
 * what its reps hold is revoked, at the pace that the team had. Throws RoutingError ROSTER_INVALID when `checkRoster` finds faults.
 */
export function rosterParts(document: unknown, former: readonly string[] = []): RosterPart[] {
  const { teams, faults } = readTeams(document);
  refuse(faults);
  const source = document as { readonly teams: readonly TeamSource[]; readonly calendars?: CalendarSources };
  const parts = teams.map((team, index): RosterPart => {
    const own = source.teams[index]!;
    return { teamId: team.id, document: JSON.stringify(withCalendars(own, source.calendars ?? {})) };
  });
  for (const id of former) {
    if (teams.every((team) => team.id !== id)) parts.push({ teamId: id, document: JSON.stringify({ id, removed: true, reps: [] }) });
  }
  return parts;
}

type CalendarSources = Readonly<Record<string, unknown>>;
interface TeamSource {
  readonly calendar?: string;
  readonly calendars?: CalendarSources;
  readonly reps?: readonly { readonly calendar?: string }[];
}

/** A team's record stands alone: it holds the calendars that the team uses. */
function withCalendars(team: TeamSource, common: CalendarSources): TeamSource {
  const used = new Set([team.calendar, ...(team.reps ?? []).map(({ calendar }) => calendar)]);
  const calendars = Object.entries({ ...common, ...team.calendars }).filter(([id]) => used.has(id));
  const { calendars: _all, ...rest } = team;
  return calendars.length === 0 ? rest : { ...rest, calendars: Object.fromEntries(calendars) };
}

/** The names that a policy may use with this roster. */
export function namesOf(document: unknown): KnownNames {
  const { teams } = readTeams(document);
  const regions = new Set(teams.flatMap((team) => [...team.regions, ...team.reps.flatMap((rep) => rep.regions)]));
  const targets = teams.flatMap((team) => team.reps.flatMap((rep) => rep.targets));
  return {
    teams: new Map(teams.map((team) => [team.id, team.reps.map((rep) => rep.id)])),
    regions: regions.size > 0 ? regions : null,
    currency: targets.find(({ currency }) => currency !== null)?.currency ?? null,
  };
}

/** One team from its published JSON text. Throws RoutingError ROSTER_INVALID. */
export function readTeam(json: string): Team {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw new RoutingError("ROSTER_INVALID", "roster: is not JSON. Publish it with the command line, which checks it");
  }
  const reader = new DocumentReader();
  const team = readOneTeam(reader, document, "team", new Map());
  refuse(reader.faults);
  return team;
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const shown = faults.slice(0, 5).map((fault) => `${fault.path} ${fault.problem}: ${fault.remedy}`);
  throw new RoutingError("ROSTER_INVALID", `roster: ${faults.length} faults: ${shown.join("; ")}`);
}

function readTeams(document: unknown): { teams: readonly Team[]; faults: readonly Fault[] } {
  const reader = new DocumentReader();
  const root = reader.object(document, "roster", ["name", "description", "calendars", "teams"]);
  const common = readHours(reader, root.calendars, "calendars");
  const teams = reader.list(root.teams, "teams").map((item, index) => readOneTeam(reader, item, `teams[${index}]`, common));
  if (teams.length === 0) reader.fault("teams", "is empty", "Name at least one team");
  const teamPlace = new Map<string, string>();
  const repPlace = new Map<string, string>();
  for (const [index, team] of teams.entries()) {
    const path = `teams[${index}]`;
    if (team.id === rosterKey) reader.fault(`${path}.id`, "is reserved for the roster as a whole", "Give the team another id");
    claimName(reader, teamPlace, team.id, path, "Give each team its own id");
    for (const [number, rep] of team.reps.entries()) {
      claimName(reader, repPlace, rep.id, `${path}.reps[${number}]`, "A rep is in one team: remove one of the two");
    }
  }
  checkCurrencies(reader, teams);
  return { teams, faults: reader.faults };
}

/** Shares of targets are compared, so all are in one currency; deals are converted into it by the policy. */
function checkCurrencies(reader: DocumentReader, teams: readonly Team[]): void {
  let common: string | null = null;
  for (const [index, team] of teams.entries()) {
    for (const [number, rep] of team.reps.entries()) {
      for (const [place, { currency }] of rep.targets.entries()) {
        common ??= currency;
        if (currency === null || currency === common) continue;
        const path = `teams[${index}].reps[${number}].targets[${place}].currency`;
        reader.fault(path, `is ${currency}, others are in ${common}`, `Write all targets in ${common}: deals are converted by the policy`);
      }
    }
  }
}

function claimName(reader: DocumentReader, places: Map<string, string>, id: string, path: string, remedy: string): void {
  const place = places.get(id);
  if (place === undefined) places.set(id, path);
  else reader.fault(`${path}.id`, `${id} is also ${place}`, remedy);
}

type HoursByName = ReadonlyMap<string, WorkingHours>;

/** One object per calendar, shared by all who use it. */
function readHours(reader: DocumentReader, value: unknown, path: string): HoursByName {
  return new Map([...readCalendars(reader, value, path)].map(([id, open]) => [id, new WorkingHours(open)]));
}

function readOneTeam(reader: DocumentReader, value: unknown, path: string, common: HoursByName): Team {
  const team = reader.object(value, path, teamFields);
  const calendars = new Map([...common, ...readHours(reader, team.calendars, `${path}.calendars`)]);
  const hours = readCalendarName(reader, team.calendar, `${path}.calendar`, calendars);
  const claims = reader.object(team.claims ?? {}, `${path}.claims`, ["cap", "perDay", "dayStart"]);
  const reps = reader.list(team.reps, `${path}.reps`);
  if (reps.length > maximumReps) reader.fault(`${path}.reps`, `has more than ${maximumReps} reps`, "Split the team");
  return {
    id: reader.text(team.id, `${path}.id`),
    regions: reader.texts(team.regions, `${path}.regions`),
    queueLimit: reader.whole(team.queueLimit, `${path}.queueLimit`, 0, 10_000, 100),
    removed: reader.flag(team.removed, `${path}.removed`, false),
    tierFallback: reader.flag(team.tierFallback, `${path}.tierFallback`, true),
    reassignPerHour: team.reassignPerHour === undefined ? null : reader.whole(team.reassignPerHour, `${path}.reassignPerHour`, 1, 100_000),
    claims: {
      cap: reader.whole(claims.cap, `${path}.claims.cap`, 0, 10_000, 10),
      perDay: reader.whole(claims.perDay, `${path}.claims.perDay`, 0, 10_000, 5),
      dayStartMs: reader.optionalDurationMs(claims.dayStart, `${path}.claims.dayStart`) ?? 0,
    },
    reps: reps.map((rep, index) => readRep(reader, rep, `${path}.reps[${index}]`, calendars, hours)),
  };
}

/** The hours of a calendar that the document names; null: round the clock. */
function readCalendarName(reader: DocumentReader, value: unknown, path: string, calendars: HoursByName): WorkingHours | null {
  const name = reader.optionalText(value, path);
  const hours = name === null ? undefined : calendars.get(name);
  if (name !== null && name !== "24x7" && hours === undefined) {
    reader.fault(path, "names no calendar of this document", "Define it under calendars, or use 24x7");
  }
  return hours ?? null;
}

function readRep(reader: DocumentReader, value: unknown, path: string, calendars: HoursByName, teamHours: WorkingHours | null): Rep {
  const rep = reader.object(value, path, repFields);
  reader.texts(rep.languages, `${path}.languages`);
  return {
    id: reader.text(rep.id, `${path}.id`),
    tier: reader.choice(rep.tier, `${path}.tier`, tiers, "mid"),
    skills: reader.texts(rep.skills, `${path}.skills`),
    regions: reader.texts(rep.regions, `${path}.regions`),
    capacity: reader.whole(rep.capacity, `${path}.capacity`, 0, 10_000, 50),
    weight: reader.whole(rep.weight, `${path}.weight`, 1, 16, 1),
    absent: reader.list(rep.absent, `${path}.absent`).map((item, index) => readAbsence(reader, item, `${path}.absent[${index}]`)),
    targets: readTargets(reader, rep.targets, `${path}.targets`),
    hours: rep.calendar === undefined ? teamHours : readCalendarName(reader, rep.calendar, `${path}.calendar`, calendars),
  };
}

const hundredths = 100;

/** Amounts are written in whole currency units. */
function readTargets(reader: DocumentReader, value: unknown, path: string): SalesTarget[] {
  let last = Number.NEGATIVE_INFINITY;
  return reader.list(value, path).map((item, index) => {
    const place = `${path}[${index}]`;
    const target = reader.object(item, place, ["from", "until", "amount", "currency"]);
    const currency = target.currency === undefined ? null : readCode(reader, target.currency, `${place}.currency`);
    const from = readInstant(reader, target.from, `${place}.from`);
    const until = readInstant(reader, target.until, `${place}.until`);
    if (from < last || until <= from)
      reader.fault(place, "is no span after the one before it", "Give spans in their order, until later than from");
    last = until;
    return { from, until, amount: hundredths * reader.whole(target.amount, `${place}.amount`, 1, 10_000_000_000), currency };
  });
}

function readAbsence(reader: DocumentReader, value: unknown, path: string): readonly [number, number] {
  const absence = reader.object(value, path, ["from", "until"]);
  const from = readInstant(reader, absence.from, `${path}.from`);
  const until = readInstant(reader, absence.until, `${path}.until`);
  if (until <= from) reader.fault(path, "ends before it begins", "Give until later than from");
  return [from, until];
}

const instant = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** A date (midnight UTC) or an instant with its zone. */
function readInstant(reader: DocumentReader, value: unknown, path: string): number {
  const time = typeof value === "string" && instant.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  reader.fault(path, "is not a date", 'Give "2026-05-01" (UTC) or "2026-05-01T08:00:00+08:00"');
  return 0;
}
