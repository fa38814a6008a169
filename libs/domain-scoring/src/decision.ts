import type { Capture, Command, Grade, LedgerRow, Score, Signal, Status, Temperature, Touch } from "@leadstream/schemas";
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

/** What an event or timer does to a lead: the outputs, and the facts from which `evolve` makes the next state. */
export interface Decision {
  /** null for a timer that only had to look again. */
  readonly output: ScoreOutput | null;
  readonly signals: readonly SignalOutput[];
  readonly facts: Facts;
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
