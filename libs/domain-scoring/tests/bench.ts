/**
 * Micro-benchmark, not a test: `node libs/domain-scoring/tests/bench.ts [leads] [events]`. Prints CPU ns per event of decide + evolve for the
 * shipped default model, and the ratio against JSON.parse of the same event in the same run.
 */
import type { LeadEvent, LeadState } from "../src/index.ts";
import { DAY_MS, HOUR_MS } from "../src/units.ts";
import { preset } from "./documents.ts";
import { capture, START, touch } from "./events.ts";
import { bytesOf, copy } from "./histories.ts";
import { Random } from "./random.ts";

const leads = Number(process.argv[2] ?? 5_000);
const count = Number(process.argv[3] ?? 200_000);
const kinds = [
  "page-view",
  "blog-view",
  "email-open",
  "email-click",
  "home-view",
  "white-paper",
  "download",
  "webinar",
  "pricing-view",
  "demo-request",
];

/** CPU time of this process, so that a busy machine does not count. */
function cpuNs(): number {
  return process.cpuUsage().user * 1000;
}

interface Timed {
  readonly lead: number;
  readonly event: LeadEvent;
  readonly now: number;
  readonly json: string;
}

function makeEvents(): Timed[] {
  const random = new Random(7);
  const span = 60 * DAY_MS;
  return Array.from({ length: count }, (_, index) => {
    const lead = random.below(leads);
    const now = START + Math.floor((index * span) / count);
    const at = random.chance(0.05) ? now - random.below(5 * 24) * HOUR_MS : now - random.below(2_000);
    const identity = { leadId: `lead-${lead}`, eventId: `0190a5f0-7b1c-7000-8000-${String(index).padStart(12, "0")}` };
    const profile = {
      titleClass: random.pick(["founder", "director", "manager", "staff"]),
      industry: random.pick(["manufacturing", "retail"]),
    };
    const event = random.chance(0.08)
      ? capture(at, profile, identity)
      : touch(kinds[Math.floor(random.next() ** 2 * kinds.length)]!, at, identity);
    return { lead, event, now, json: JSON.stringify(event.value) };
  });
}

function fold(events: readonly Timed[]): { ns: number; states: (LeadState | null)[] } {
  const scorer = preset("default");
  const states: (LeadState | null)[] = new Array<LeadState | null>(leads).fill(null);
  const started = cpuNs();
  for (const { lead, event, now } of events) {
    const state = states[lead]!;
    states[lead] = scorer.evolve(state, scorer.decide(state, event, now));
  }
  return { ns: (cpuNs() - started) / events.length, states };
}

function parse(events: readonly Timed[]): number {
  let length = 0;
  const started = cpuNs();
  for (const { json } of events) length += (JSON.parse(json) as { leadId: string }).leadId.length;
  const ns = (cpuNs() - started) / events.length;
  if (length === 0) throw new Error("nothing was parsed");
  return ns;
}

const events = makeEvents();
for (let round = 0; round < 4; round++) {
  const { ns, states } = fold(events);
  const json = parse(events);
  const known = states.filter((state) => state !== null);
  const started = cpuNs();
  for (const state of known) copy(state);
  const codec = (cpuNs() - started) / known.length;
  const sizes = known.map((state) => bytesOf(state).length).sort((a, b) => a - b);
  const size = (share: number): number => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))] ?? 0;
  console.log(
    `round ${round}: decide+evolve ${ns.toFixed(0)} ns/event, JSON.parse ${json.toFixed(0)} ns, ratio ${(ns / json).toFixed(2)}, ` +
      `state write+read ${codec.toFixed(0)} ns, bytes p50 ${size(0.5)} p99 ${size(0.99)}, events per lead ${(count / leads).toFixed(0)}`,
  );
}
