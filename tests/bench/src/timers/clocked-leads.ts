import type { Topology } from "@leadstream/stream";
import type { MadeLog } from "../in-process/made-log.ts";

/** Leads of one fold that each have a clock running: how the log opens them, and what the log says of them later. */
export interface ClockedLeads {
  readonly topology: Topology;
  readonly log: MadeLog;
  /** From the opening of a lead until its first clock rings. */
  readonly firstDueMs: number;
  /** What stands at the start of the log: policy or model. */
  begin(at: number): void;
  open(lead: number, at: number): void;
  /** The lead does something: no clock of this phase rings, one is moved. */
  act(lead: number, at: number): void;
}

/** Ids in no order of their numbers, as real ones arrive: 2^32 of them, each once. */
export const scatteredLeadId = (lead: number): string =>
  `01926f3a-${(Math.imul(lead, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")}-lead`;
