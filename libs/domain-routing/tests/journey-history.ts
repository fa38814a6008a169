import type { JourneyMoved, StatusKind } from "@leadstream/schemas";
import { type Case, type CaseOutput, type Journey, readCase, readJourney, writeCase } from "../src/index.ts";
import { CaseStory } from "./case-story.ts";
import { roundTrip } from "./joiner.ts";
import { Random } from "./random.ts";
import { attributesOf, journeyDocument } from "./samples.ts";

const hour = 3_600_000;
const day = 24 * hour;
const open = Array.from({ length: 200 }, (_, index) => [index * day + 8 * hour, index * day + 18 * hour]);
const workless: readonly Case["status"][] = ["new", "nurture", "pool"];
const statuses: readonly StatusKind[] = ["contacted", "returned", "lost", "closed", "reopened", "won", "opt_out", "opt_in"];
const touches = ["email-open", "email-click", "webinar", "page-view", "unsubscribe", "subscribe"];

/** A fault that is put in on purpose, to see whether it is noticed. */
export interface JourneyBug {
  readonly before?: (state: Case) => void;
  readonly output?: (output: CaseOutput) => CaseOutput | null;
}

/** One lead's random life under journeys that change, judged by a model of its own: what came in, what came out, nothing of the fold's state but its status and timer. */
export class JourneyHistory {
  readonly faults: string[] = [];
  readonly counts: Record<string, number> = {};
  private readonly random: Random;
  private readonly story = new CaseStory();
  private readonly bug: JourneyBug;
  private readonly published = new Map<string, Journey>();
  private readonly publishedAt = new Map<string, number>();
  /** Who came in by the last action. */
  private newcomer: { readonly name: string; readonly time: number } | null = null;
  private readonly leftAt = new Map<string, number>();
  private consent: "given" | "withdrawn" | null = null;
  private inside: { readonly entry: number; readonly journey: string } | null = null;
  private lastEntry = 0;
  private lastTouch: string | null = null;
  private readonly ids = new Set<string>();
  private readonly sentAt: number[] = [];

  constructor(seed: number, bug: JourneyBug = {}) {
    this.random = new Random(seed);
    this.bug = bug;
    this.publish();
    this.story.signal("captured", { score: 60_000, band: "mql", grade: "B", attributes: attributesOf() });
    this.judge();
  }

  run(actions: number): this {
    for (let action = 0; action < actions; action++) {
      if (this.story.state !== null) this.bug.before?.(this.story.state);
      this.act();
      this.judge();
      if (this.random.chance(20)) this.story.state = roundTrip(this.story.state!, writeCase, readCase);
    }
    return this;
  }

  private act(): void {
    const { story, random } = this;
    const dice = random.below(100);
    if (dice < 45) story.at(story.now + (random.chance(70) ? random.below(2 * day) : random.below(12 * day)));
    else if (dice < 70) this.touch(random.pick(touches), random.chance(10));
    else if (dice < 80) this.status(random.pick(statuses), random.chance(15));
    else if (dice < 88) this.cross();
    else if (dice < 95)
      story.reply(random.pick(["granted", "denied"] as const), { requestId: `lead-1#${story.state?.pending?.number ?? 0}` });
    else if (dice < 99) this.publish();
    else if (random.chance(20)) story.signal("erased");
  }

  private touch(kind: string, imported: boolean): void {
    if (!imported) this.lastTouch = kind;
    this.story.signal("active", { touch: kind, imported, score: 61_000, band: "mql" });
    if (kind === "unsubscribe" || kind === "subscribe") this.said(kind === "subscribe", imported);
  }

  private status(status: StatusKind, imported: boolean): void {
    this.story.status(status, { imported, score: 60_000, band: "mql" });
    if (status === "opt_out" || status === "opt_in") this.said(status === "opt_in", imported);
  }

  private said(given: boolean, imported: boolean): void {
    if (!given) this.consent = "withdrawn";
    else if (!imported || this.consent === null) this.consent = "given";
  }

  private cross(): void {
    const up = this.random.chance(50);
    const bands = up
      ? ({ score: 85_000, band: "sql", previousBand: "mql", direction: "up" } as const)
      : ({ score: 65_000, band: "mql", direction: "down" } as const);
    this.story.signal("crossed", bands);
  }

  private publish(): void {
    const { random } = this;
    const { steps } = journeyDocument() as { steps: { id: string }[] };
    const dropped = random.pick(["thanks", "blog", "invitation"]);
    const fewer = [
      { id: "thanks", after: "1d", send: "thanks" },
      { id: "blog", after: "2d", when: { didNot: ["email-click"] }, send: "blog" },
      { id: "invitation", after: "3d", send: "invitation" },
      { id: "attended", after: "9d", when: { did: ["webinar"] }, alert: "attended the webinar" },
    ].filter(({ id }) => id !== dropped);
    // Steps change places, too: what was passed may come to lie below.
    if (random.chance(30)) [fewer[0]!.id, fewer[1]!.id] = [fewer[1]!.id, fewer[0]!.id];
    const document = journeyDocument({
      name: random.pick(["nurture", "nurture", "spring", "summer"]),
      priority: random.pick([1, 100, 100, 200]),
      ...(random.chance(30) ? { goal: { did: [random.pick(["webinar", "email-click"])] } } : {}),
      ended: random.chance(15),
      consent: random.chance(80) ? "assumed" : "required",
      enter: { states: random.chance(50) ? ["nurture"] : ["new", "nurture", "pool"] },
      reenter: random.pick(["never", "1d", "10d"]),
      ...(random.chance(50) ? { limits: { perWeek: 1 + random.below(2) } } : {}),
      ...(random.chance(40) ? { calendars: { office: { open } }, calendar: "office" } : {}),
      steps: random.chance(60) ? steps : fewer,
    });
    const journey = readJourney(JSON.stringify(document));
    this.published.set(journey.name, journey);
    this.publishedAt.set(journey.name, this.story.now);
    this.story.publishJourney(document);
    this.count(journey.ended ? "ended" : "published");
  }

  /** Judges what came out of the last action. A document that holds since this action also judges what was due before it, so limits are those of the output's moment. */
  private judge(): void {
    for (const emitted of this.story.take()) {
      const output = this.bug.output === undefined ? emitted : this.bug.output(emitted);
      if (output?.type === "MessageRequested") this.message(output.value);
      else if (output?.type === "JourneyMoved") this.moved(output.value);
    }
    const { state, now } = this.story;
    if (state === null) return;
    const { newcomer } = this;
    this.newcomer = null;
    if (newcomer !== null && this.inside?.journey === newcomer.name) this.entered(newcomer.name, newcomer.time, state);
    if (this.inside !== null) {
      if (!workless.includes(state.status)) this.fault(`is inside while ${state.status}`);
      if (this.consent === "withdrawn") this.fault("is inside without consent");
      if (this.published.get(this.inside.journey)!.ended) this.fault("is in a journey that is no more");
      if (state.journeyAt <= now) this.fault("is inside and forgotten");
    }
  }

  private message({ messageId, journey, entry }: { messageId: string; journey: string; entry: number }): void {
    const { now } = this.story;
    this.count("messages");
    if (this.inside?.journey !== journey || this.inside.entry !== entry) this.fault("hears something outside a journey");
    if (this.ids.has(messageId)) this.fault(`hears ${messageId} twice`);
    this.ids.add(messageId);
    const { perWeek, calendar, consentRequired } = this.published.get(journey)!;
    if (this.consent === "withdrawn" || (consentRequired && this.consent !== "given")) this.fault("hears something without consent");
    this.sentAt.push(now);
    if (perWeek !== null && this.sentAt.filter((at) => at > now - 7 * day).length > perWeek) this.fault("hears too much in a week");
    if (calendar !== null && !calendar.some(([from, until]) => from <= now && now < until)) this.fault("hears something in closed hours");
  }

  private moved({ move, entry, journey, outcome, time }: Pick<JourneyMoved, "move" | "entry" | "journey" | "outcome" | "time">): void {
    this.count(move === "left" ? `left ${outcome}` : move);
    if (move === "entered") {
      if (this.inside !== null) this.fault("enters while inside");
      if (entry !== this.lastEntry + 1) this.fault(`enters as ${entry} after ${this.lastEntry}`);
      this.lastEntry = entry;
      this.newcomer = { name: journey, time };
      this.inside = { entry, journey };
    } else if (this.inside?.entry !== entry) this.fault(`${move} outside`);
    if (move === "left") {
      this.inside = null;
      this.leftAt.set(journey, time);
      if (outcome === "goal_reached" && !this.published.get(journey)!.goal.has(this.lastTouch ?? ""))
        this.fault("leaves for a goal that it did not reach");
    }
  }

  /** The documented rule: of the journeys that it may enter the one with the highest priority, then the first by name. */
  private entered(name: string, now: number, state: Case): void {
    const mine = this.published.get(name)!;
    if (mine.ended) this.fault("enters a journey that is no more");
    const left = this.leftAt.get(name);
    if (left !== undefined && (mine.reenterAfterMs === null || now < left + mine.reenterAfterMs))
      this.fault(`enters ${name} again too soon`);
    for (const other of this.published.values()) {
      const before = other.priority > mine.priority || (other.priority === mine.priority && other.name < mine.name);
      if (!before || other.ended || this.publishedAt.get(other.name)! > now || !other.enter.states.has(state.status)) continue;
      const gone = this.leftAt.get(other.name);
      if (gone !== undefined && (other.reenterAfterMs === null || now < gone + other.reenterAfterMs)) continue;
      if (other.consentRequired && this.consent !== "given") continue;
      this.fault(`enters ${name} although ${other.name} comes first`);
    }
    if (this.published.size > 1) this.count("entered one of several");
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  private fault(what: string): void {
    this.faults.push(`at ${this.story.now}: the lead ${what}`);
  }
}
