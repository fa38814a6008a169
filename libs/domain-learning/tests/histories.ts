import type { LeadEvent } from "@leadstream/domain-scoring";
import { checkModel, compileModel, Scorer } from "@leadstream/domain-scoring";
import type { Capture, Status, Touch } from "@leadstream/schemas";
import { aCapture, aProfile, aStatus, aTouch, EPOCH_MS, type SeededRandom } from "@leadstream/testing";
import type { LeadHistory, LoggedEvent } from "../src/index.ts";

export const DAY_MS = 86_400_000;
export const at = (days: number): number => EPOCH_MS + days * DAY_MS;

let serial = 0;

function logged(event: LeadEvent, loggedAt: number): LoggedEvent {
  return { event, loggedAt, position: serial++ };
}

/** Events at a time in days; written at the same instant unless said otherwise. */
export const capture = (days: number, change: Partial<Capture> = {}, written = days): LoggedEvent =>
  logged(
    { type: "Capture", value: aCapture({ eventId: `e${serial}`, occurredAt: at(days), profile: aProfile(), ...change }) },
    at(written),
  );
export const touch = (kind: string, days: number, change: Partial<Touch> = {}, written = days): LoggedEvent =>
  logged({ type: "Touch", value: aTouch({ eventId: `e${serial}`, kind, occurredAt: at(days), profile: null, ...change }) }, at(written));
export const status = (kind: Status["status"], days: number, change: Partial<Status> = {}, written = days): LoggedEvent =>
  logged(
    {
      type: "Status",
      value: aStatus({ eventId: `e${serial}`, status: kind, occurredAt: at(days), quality: null, profile: null, ...change }),
    },
    at(written),
  );

export const history = (...events: LoggedEvent[]): LeadHistory => ({ leadId: "lead-1", events });

export const modelDocument = (parts: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "hand-set",
  version: 1,
  bands: [
    { name: "pool", from: 0 },
    { name: "mql", from: 60 },
    { name: "sql", from: 80 },
  ],
  profile: [{ id: "manufacturing", points: 30, when: { industry: "manufacturing" } }],
  behaviour: [
    { id: "demo", points: 40, touch: "demo-request", decay: { halfLife: "30d" } },
    { id: "page", points: 5, touch: "page-view" },
  ],
  ...parts,
});

export function scorerOf(document: unknown): Scorer {
  const checked = checkModel(document);
  if ("faults" in checked) throw new Error(checked.faults.map(({ path, problem }) => `${path} ${problem}`).join("\n"));
  return new Scorer(compileModel(checked.model));
}

const INDUSTRIES = ["manufacturing", "software", "retail", "energy"];
const KINDS = ["page-view", "demo-request", "webinar", "download"];

/** A lead whose chance of winning depends on industry, size and behaviour in a known way. */
export function randomLead(random: SeededRandom, leadId: string, start: number, imported: boolean): LeadHistory {
  const industry = random.chance(0.15) ? null : random.pick(INDUSTRIES);
  const companySize = random.chance(0.2) ? null : random.integer(1, 2_000);
  const custom: Record<string, string> = random.chance(0.5)
    ? { plan: random.pick(["basic", "pro", "12"]), seats: String(random.integer(1, 60)) }
    : {};
  const profile = aProfile({ industry, companySize, custom, hasNeed: random.chance(0.4), tags: random.chance(0.3) ? ["fair"] : [] });
  const head = { leadId, imported };
  const events = [capture(start, { ...head, profile, channel: random.pick(["search", "event", "partner"]) })];
  let worth = industry === "manufacturing" ? 1.5 : industry === "retail" ? -1 : 0;
  if (companySize !== null && companySize > 800) worth += 1;
  for (let day = 1; day < 6; day++) {
    if (!random.chance(0.5)) continue;
    const kind = random.pick(KINDS);
    if (kind === "demo-request") worth += 0.8;
    events.push(touch(kind, start + day, head));
    // A producer's retry counts once.
    if (random.chance(0.1)) events.push({ ...events.at(-1)!, position: serial++ });
  }
  const won = random.chance(1 / (1 + Math.exp(1 - worth)));
  events.push(
    status(won ? "won" : "lost", start + 8, {
      ...head,
      amount: won ? random.integer(10_000, 900_000) : null,
      rep: random.pick(["ann", "bo"]),
    }),
  );
  return { leadId, events };
}
