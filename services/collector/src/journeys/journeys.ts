import { createHash } from "node:crypto";
import { checkJourney, type Fault, touchesOf, withOpenHours, writtenCalendars } from "@leadstream/domain-routing";
import type { JourneyPublished } from "@leadstream/schemas";
import { Turns } from "../turns.ts";
import type { JourneyLog } from "./journey-log.ts";

type Document = Readonly<Record<string, unknown>>;

export interface JourneyState {
  readonly name: string;
  /** 0: nobody published it. */
  readonly version: number;
  readonly state: "in force" | "ended" | "unknown";
}

export type JourneyOutcome =
  | { readonly kind: "published"; readonly name: string; readonly version: number; readonly changed: boolean }
  | { readonly kind: "stale"; readonly current: JourneyState }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

/**
 * The journeys as the log holds them. A publication names the version of its journey that its author has seen; of two that have seen the same one the
 * first on the log holds, whichever collector took it. One at a time.
 */
export class JourneyBook {
  private readonly log: JourneyLog;
  private readonly now: () => number;
  private readonly turns: Turns;
  private readonly known = new Map<string, JourneyPublished>();

  constructor(log: JourneyLog, now: () => number, limits: { readonly rosterChangesWaiting: number }) {
    this.log = log;
    this.now = now;
    this.turns = new Turns(limits.rosterChangesWaiting, "publications");
  }

  /** Every journey that was published, by name, as people wrote it. */
  current(): Promise<readonly (JourneyState & { readonly document: object })[]> {
    return this.turns.take(async () => {
      await this.catchUp();
      const names = [...this.known.keys()].sort();
      return names.map((name) => ({ ...this.stateOf(name), document: writtenCalendars(JSON.parse(this.known.get(name)!.document)) }));
    });
  }

  publish(seen: number, document: Document): Promise<JourneyOutcome> {
    return this.turns.take(async () => {
      const open = (): Document => withOpenHours(document, this.now());
      const written = checkJourney(document);
      const faults = written.length > 0 ? written : checkJourney(open());
      if (faults.length > 0) return { kind: "invalid", faults };
      await this.catchUp();
      const name = document.name as string;
      const fingerprint = createHash("sha256").update(JSON.stringify(document)).digest("hex").slice(0, 16);
      const before = this.known.get(name);
      if (before?.fingerprint === fingerprint) {
        // Finishes what a collector that died had begun.
        await this.log.publish(before);
        return { kind: "published", name, version: before.version, changed: false };
      }
      if (seen !== (before?.version ?? 0)) return { kind: "stale", current: this.stateOf(name) };
      const version = Math.max(0, ...[...this.known.values()].map((each) => each.version)) + 1;
      const journey = { name, version, fingerprint, document: JSON.stringify(open()), touches: [...touchesOf(document)] };
      await this.log.decide(journey);
      await this.catchUp();
      const held = this.known.get(name);
      if (held?.version !== version || held.fingerprint !== fingerprint) return { kind: "stale", current: this.stateOf(name) };
      await this.log.publish(journey);
      return { kind: "published", name, version, changed: true };
    });
  }

  private stateOf(name: string): JourneyState {
    const journey = this.known.get(name);
    if (journey === undefined) return { name, version: 0, state: "unknown" };
    const { ended = false } = JSON.parse(journey.document) as { ended?: boolean };
    return { name, version: journey.version, state: ended ? "ended" : "in force" };
  }

  /** The first record of a version holds, here as in the folds. */
  private catchUp(): Promise<void> {
    return this.log.catchUp((journey) => {
      if (journey.version > (this.known.get(journey.name)?.version ?? 0)) this.known.set(journey.name, journey);
    });
  }
}
