import { readJourney } from "@leadstream/domain-routing";
import type { ReportReader } from "../report-reader.ts";

export interface JourneyStep {
  readonly step: string;
  /** Leads inside for whom it comes next. */
  readonly waiting: number;
  readonly passed: number;
  readonly sent: number;
  readonly opened: number;
  readonly clicked: number;
  readonly alerted: number;
  readonly didNothing: number;
  /** Leads that left while it came next. */
  readonly stopped: number;
}

export interface JourneyRow {
  readonly journey: string;
  readonly version: number;
  readonly state: "in force" | "ended";
  readonly priority: number;
  /** Touches that it is there for; none: that sales gets the lead. */
  readonly goal: readonly string[];
  readonly entered: number;
  readonly inside: number;
  readonly converted: number;
  readonly messages: number;
  readonly opened: number;
  readonly clicked: number;
  /** Runs that are over, by reason. */
  readonly stops: Readonly<Record<string, number>>;
  /** In the order of the document; what only former versions had comes last. */
  readonly steps: readonly JourneyStep[];
}

/** A lead that is in a journey. Times as `YYYY-MM-DD hh:mm:ss.mmm` UTC. */
export interface JourneyLead {
  readonly leadId: string;
  readonly entry: number;
  readonly enteredAt: string;
  readonly lastStep: string;
  readonly nextStep: string;
  readonly nextAt: string | null;
}

interface Totals {
  readonly journey: string;
  readonly entered: number;
  readonly inside: number;
  readonly converted: number;
  readonly messages: number;
  readonly opened: number;
  readonly clicked: number;
}
type StepTotals = Omit<JourneyStep, "waiting" | "stopped"> & { readonly journey: string };
interface Place {
  readonly journey: string;
  readonly step: string;
  readonly waiting: number;
  readonly stopped: number;
}

/** L4: every journey that was published: who is in which step, opens, clicks, stops. */
export async function journeys(reader: ReportReader): Promise<JourneyRow[]> {
  const [documents, totals, steps, places, stops] = await Promise.all([
    reader.rows<{ name: string; version: number; document: string }>(
      "SELECT name, max(p.version) AS version, argMax(p.document, p.version) AS document FROM publications AS p WHERE kind = 'journey' GROUP BY name",
    ),
    reader.rows<Totals>(
      "SELECT journey, toUInt32(entered) AS entered, toUInt32(inside) AS inside, toUInt32(converted) AS converted, toUInt32(messages) AS messages, toUInt32(opened) AS opened, toUInt32(clicked) AS clicked FROM journeys",
    ),
    reader.rows<StepTotals>(
      `SELECT journey, step, toUInt32(passed) AS passed, toUInt32(sent) AS sent, toUInt32(opened) AS opened, toUInt32(clicked) AS clicked,
         toUInt32(alerted) AS alerted, toUInt32(did_nothing) AS didNothing
       FROM journey_steps`,
    ),
    reader.rows<Place>(
      `SELECT journey, r.step AS step, toUInt32(countIf(isNull(left_at))) AS waiting, toUInt32(countIf(isNotNull(left_at))) AS stopped
       FROM (SELECT journey, left_at, if(isNull(left_at), next_step, left_step) AS step
             FROM journey_runs AS runs
             LEFT JOIN (SELECT lead_id, entry, anyLast(step) AS left_step FROM journey_moves WHERE move = 'left' GROUP BY lead_id, entry) AS ends
               ON ends.lead_id = runs.lead_id AND ends.entry = runs.entry) AS r
       WHERE r.step != '' GROUP BY journey, r.step`,
    ),
    reader.rows<{ journey: string; reason: string; runs: number }>(
      "SELECT journey, reason, toUInt32(sum(e.runs)) AS runs FROM journey_exits AS e GROUP BY journey, reason ORDER BY runs DESC",
    ),
  ]);
  return documents
    .map(({ name, version, document }): JourneyRow => {
      const { ended, priority, goal, steps: own } = readJourney(document);
      const { journey: _name, ...counts } = totals.find(({ journey }) => journey === name) ?? nothing;
      const placed = places.filter(({ journey }) => journey === name);
      const passed = steps.filter(({ journey }) => journey === name);
      const names = new Set([...own.map(({ id }) => id), ...passed.map(({ step }) => step), ...placed.map(({ step }) => step)]);
      return {
        journey: name,
        version,
        state: ended ? "ended" : "in force",
        priority,
        goal: [...goal],
        ...counts,
        stops: Object.fromEntries(stops.filter(({ journey }) => journey === name).map(({ reason, runs }) => [reason, runs])),
        steps: [...names].map((step) => stepOf(step, passed, placed)),
      };
    })
    .sort(
      (one, other) =>
        Number(one.state === "ended") - Number(other.state === "ended") ||
        other.priority - one.priority ||
        (one.journey < other.journey ? -1 : 1),
    );
}

const nothing: Totals = { journey: "", entered: 0, inside: 0, converted: 0, messages: 0, opened: 0, clicked: 0 };

function stepOf(step: string, passed: readonly StepTotals[], placed: readonly Place[]): JourneyStep {
  const {
    sent = 0,
    opened = 0,
    clicked = 0,
    alerted = 0,
    didNothing = 0,
    passed: runs = 0,
  } = passed.find((each) => each.step === step) ?? {};
  const { waiting = 0, stopped = 0 } = placed.find((each) => each.step === step) ?? {};
  return { step, waiting, passed: runs, sent, opened, clicked, alerted, didNothing, stopped };
}

/** Who is in a journey now, whoever is due first, first; with `step` those for whom it comes next. */
export function leadsInJourney(reader: ReportReader, journey: string, step: string | undefined, limit: number): Promise<JourneyLead[]> {
  return reader.rows<JourneyLead>(
    `SELECT lead_id AS leadId, toUInt32(entry) AS entry, toString(entered_at) AS enteredAt, last_step AS lastStep, next_step AS nextStep,
       toString(next_at) AS nextAt
     FROM journey_runs WHERE journey = {journey: String} AND left_at IS NULL ${step === undefined ? "" : "AND next_step = {step: String}"}
     ORDER BY next_at, lead_id LIMIT {limit: UInt32}`,
    { journey, limit, ...(step === undefined ? {} : { step }) },
  );
}

/** A lead's way through journeys: the run that it is in, every run, every message, latest first. */
export async function journeyOfLead(reader: ReportReader, leadId: string): Promise<Record<string, unknown>> {
  const lead = { lead: leadId };
  const [runs, messages] = await Promise.all([
    reader.rows<{ leftAt: string | null }>(
      `SELECT journey, toUInt32(entry) AS entry, version, toString(entered_at) AS enteredAt, last_step AS lastStep, next_step AS nextStep,
         toString(next_at) AS nextAt, toString(left_at) AS leftAt, left_by AS leftBy
       FROM journey_runs WHERE lead_id = {lead: String} ORDER BY entry DESC`,
      lead,
    ),
    reader.rows(
      `SELECT journey, toUInt32(entry) AS entry, step, message_id AS messageId, template, channel, toString(requested_at) AS requestedAt,
         toString(opened_at) AS openedAt, toString(clicked_at) AS clickedAt
       FROM journey_messages WHERE lead_id = {lead: String} ORDER BY requested_at DESC`,
      lead,
    ),
  ]);
  return { leadId, inside: runs.find(({ leftAt }) => leftAt === null) ?? null, runs, messages };
}
