import type { LeadEvent, LeadState, Model, Scorer } from "../src/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../src/units.ts";
import { capture, Journey, noProfile, START, status, touch } from "./events.ts";
import { bytesOf, copy, type Tally } from "./histories.ts";
import type { Random } from "./random.ts";

export interface TimedCrossing {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** Told by a timer: it comes before events of the same instant, and before what else is due then. */
  readonly byTimer?: boolean;
}

interface Arrival {
  readonly event: LeadEvent;
  /** Log time at which it arrives; an event in time arrives at its own time. */
  readonly now: number;
}

const kinds = ["home-view", "page-view", "download", "white-paper", "webinar", "pricing-view", "demo-request", "unsubscribe"];
const gaps = [2, 1_000, 20 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 2 * DAY_MS, 6 * DAY_MS, 15 * DAY_MS];

/**
 * One random history, folded twice: as it arrives, with touches and reports of sellers late by up to `latestMs`, and in the order of the
 * events' own times, as if nothing had been late. Returns what was violated, or null.
 */
export function runLateHistory(random: Random, scorer: Scorer, inOrder: Scorer, latestMs: number, tally: Tally): string | null {
  const arrivals = makeArrivals(random, latestMs);
  const end = arrivals.at(-1)!.now + 20 * DAY_MS;
  const lead = new TellingJourney(scorer, random);
  for (const { event, now } of arrivals) lead.event(event, now);
  lead.until(end);
  const truth = new TellingJourney(inOrder, null);
  for (const { event } of arrivals.toSorted((a, b) => a.event.value.occurredAt - b.event.value.occurredAt)) truth.event(event);
  truth.until(end);
  lead.count(tally);
  if (lead.faults.length > 0) return lead.faults[0]!;
  const [believed, expected] = [lead.believed(), truth.believed()];
  if (!areSame(believed, expected, scorer.model.model.late.afterMs))
    return `crossings with their corrections are ${JSON.stringify(believed)}, in order they are ${JSON.stringify(expected)}`;
  if (lead.state?.band !== truth.state?.band) return `the band is ${lead.state?.band}, in order it is ${truth.state?.band}`;
  return null;
}

/**
 * One random history in order under two models that differ in the dwell of their bands only: what is told must be what the book makes of the
 * crossings without dwell. Returns what was violated, or null.
 */
export function runDwellHistory(random: Random, scorer: Scorer, withoutDwell: Scorer, tally: Tally): string | null {
  const arrivals = makeArrivals(random, 0);
  const end = arrivals.at(-1)!.now + 20 * DAY_MS;
  const [lead, plain] = [new TellingJourney(scorer, random), new TellingJourney(withoutDwell, null)];
  for (const journey of [lead, plain]) {
    for (const { event, now } of arrivals) journey.event(event, now);
    journey.until(end);
  }
  if (plain.cancelled) {
    // A band that was left and entered again in one millisecond: the fold without dwell says nothing of it, the one with dwell begins anew.
    tally.set("left out", (tally.get("left out") ?? 0) + 1);
    return null;
  }
  const [told, expected] = [lead.believed(), toldByTheBook(plain.believed(), scorer.model.model, end)];
  tally.set("crossings without dwell", (tally.get("crossings without dwell") ?? 0) + plain.believed().length);
  tally.set("crossings with dwell", (tally.get("crossings with dwell") ?? 0) + told.length);
  if (areSame(told, expected, 0)) return null;
  return `told is ${JSON.stringify(told)}, by the book ${JSON.stringify(expected)}`;
}

function areSame(a: readonly TimedCrossing[], b: readonly TimedCrossing[], toleranceMs: number): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => one.from === b[index]!.from && one.to === b[index]!.to && Math.abs(one.at - b[index]!.at) <= toleranceMs)
  );
}

/** At each instant that can matter: the farthest band in which, or beyond which, the score has been for the band's dwell until then. */
function toldByTheBook(raw: readonly TimedCrossing[], model: Model, end: number): TimedCrossing[] {
  const names = model.bands.map((band) => band.name);
  const instants = raw.flatMap(({ at }) => [at, ...model.bands.map((band) => at + band.dwellMs)]);
  const heldSince = (at: number, isBeyond: (band: number) => boolean): number | null => {
    let since: number | null = isBeyond(0) ? Number.NEGATIVE_INFINITY : null;
    for (const crossing of raw) {
      if (crossing.at > at || (crossing.at === at && crossing.byTimer !== true)) break;
      if (!isBeyond(names.indexOf(crossing.to))) since = null;
      else since ??= crossing.at;
    }
    return since;
  };
  const crossings: TimedCrossing[] = [];
  let told = 0;
  for (const at of [...new Set(instants)].filter((one) => one <= end).sort((a, b) => a - b)) {
    const farthestFirst = names.map((_, band) => band).sort((a, b) => Math.abs(b - told) - Math.abs(a - told));
    const next = farthestFirst.find((band) => {
      const since = band === told ? null : heldSince(at, (one) => (band > told ? one >= band : one <= band));
      return since !== null && at - since >= model.bands[band]!.dwellMs;
    });
    if (next === undefined) continue;
    crossings.push({ at, from: names[told]!, to: names[next]! });
    told = next;
  }
  return crossings;
}

function makeArrivals(random: Random, latestMs: number): Arrival[] {
  const arrivals: Arrival[] = [];
  let now = START;
  const count = 4 + random.below(18);
  for (let index = 0; index < count; index++) {
    now += random.pick(gaps);
    if (index === 0 || random.chance(0.12)) {
      arrivals.push({ event: capture(now, { ...noProfile, titleClass: random.pick(["founder", "director", "student", null]) }), now });
      continue;
    }
    const own = latestMs > 0 && random.chance(0.35) ? now - 2 - random.below(latestMs) : now;
    const dwellMs = random.chance(0.4) ? random.below(5) * MINUTE_MS : null;
    const event = random.chance(0.08) ? status("sql_rejected", own) : touch(random.pick(kinds), own, { dwellMs });
    // No two events of one instant: of those the fold in order tells crossings that last no time.
    if (arrivals.some((other) => other.event.value.occurredAt === own)) continue;
    arrivals.push({ event, now });
  }
  return arrivals;
}

/** Keeps the crossings as a reader of the topics sees them: told ones, with each correction applied when it comes. */
class TellingJourney extends Journey {
  readonly faults: string[] = [];
  /** Two crossings of one instant were none. */
  cancelled = false;
  private readonly crossings: TimedCrossing[] = [];
  private readonly random: Random | null;
  private readonly counts = new Map<string, number>();

  constructor(scorer: Scorer, random: Random | null) {
    super(scorer);
    this.random = random;
  }

  protected override apply(decision: Parameters<Journey["apply"]>[0]): ReturnType<Journey["apply"]> {
    const applied = super.apply(decision);
    for (const signal of decision.signals) {
      if (signal.kind !== "crossed" || signal.direction === "none") continue;
      this.crossed({
        at: signal.due === 0 ? signal.time : signal.due,
        from: signal.previousBand!,
        to: signal.band!,
        byTimer: signal.due !== 0,
      });
      this.tally(`told ${signal.direction}`);
    }
    for (const { kind, previousBand: from, band: to, toldAt, happenedAt } of decision.corrections) {
      this.tally(kind);
      if (toldAt !== null) {
        const place = this.crossings.findIndex((one) => one.at === toldAt && one.from === from && one.to === to);
        if (place < 0) this.faults.push(`${kind}: ${from}→${to} at ${toldAt} was never told`);
        this.crossings.splice(place, 1);
      }
      if (happenedAt !== null) this.crossings.push({ at: happenedAt, from, to });
    }
    if (this.state !== null) this.state = this.stored(this.state);
    return applied;
  }

  /** Crossings of one instant are one. */
  private crossed({ at, from, to, byTimer = false }: TimedCrossing): void {
    const place = this.crossings.findIndex((one) => one.at === at && one.to === from);
    const first = place < 0 ? from : this.crossings.splice(place, 1)[0]!.from;
    if (first !== to) this.crossings.push({ at, from: first, to, byTimer });
    else this.cancelled = true;
  }

  private stored(state: LeadState): LeadState {
    const read = copy(state);
    if (!bytesOf(read).equals(bytesOf(state))) this.faults.push("the stored state reads back as another one");
    return this.random?.chance(0.3) === true ? read : state;
  }

  believed(): TimedCrossing[] {
    return this.crossings.toSorted((a, b) => a.at - b.at);
  }

  private tally(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  count(tally: Tally): void {
    for (const [name, count] of this.counts) tally.set(name, (tally.get(name) ?? 0) + count);
  }
}
