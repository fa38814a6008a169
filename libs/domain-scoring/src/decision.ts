import type { Capture, Command, Correction, Grade, LedgerRow, Score, Signal, Status, Temperature, Touch } from "@leadstream/schemas";
import type { CrossingChange } from "./crossing-difference.ts";
import type { LeadProfile } from "./profile.ts";

/** A record of a lead's inbox. */
export type LeadEvent =
  | { readonly type: "Capture"; readonly value: Capture }
  | { readonly type: "Touch"; readonly value: Touch }
  | { readonly type: "Status"; readonly value: Status }
  | { readonly type: "Command"; readonly value: Command };

/** The runtime adds the source when it writes the record. */
export type ScoreOutput = Omit<Score, "source">;
export type SignalOutput = Omit<Signal, "source">;
export type CorrectionOutput = Omit<Correction, "source">;

/**
 * What an event or timer does to a lead: the outputs, and the facts from which `evolve` makes the next state. It is the scorer's own, score, signals and
 * facts included, and holds until that scorer decides again: whoever keeps one copies it.
 */
export interface Decision {
  /** null for a timer that only had to look again. */
  readonly output: ScoreOutput | null;
  readonly signals: readonly SignalOutput[];
  /** What a late event changed in the crossings of the past. */
  readonly corrections: readonly CorrectionOutput[];
  readonly facts: Facts;
}

/** The past after a late event: what was told wrongly, and the crossings as they are told from now on. */
export interface RewrittenPast {
  readonly changes: readonly CrossingChange[];
  /** As in the state: instants, and the band (index) before each. */
  readonly times: readonly number[];
  readonly bands: readonly number[];
}

/** Everything that changes in the state. */
export interface Facts {
  leadId: string;
  flags: number;
  modelVersion: number;
  at: number;
  score: number;
  fit: number;
  engagement: number;
  silence: number;
  band: string;
  grade: Grade;
  temperature: Temperature;
  lastActiveAt: number;
  lastActiveSignalAt: number;
  crossingDue: number;
  silenceDue: number;
  /** As in the state. */
  pending: readonly number[];
  /** null = as it was told. */
  past: RewrittenPast | null;
  /** null = unchanged. */
  profile: LeadProfile | null;
  /** Awards to enter: hashes of rules, all at `awardsAt`. */
  awards: readonly number[];
  awardsAt: number;
  /** Id to remember, or not. */
  remembers: boolean;
  idHigh: number;
  idLow: number;
  idTime: number;
  /** The model is another one than the state's: sums and entries are put in its terms. */
  rescored: boolean;
  erased: boolean;
}

export type Rows = LedgerRow[];
