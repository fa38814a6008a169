import { join } from "node:path";
import { readYamlDocument } from "@leadstream/config";
import { requestIdOf } from "@leadstream/domain-routing";
import { caseTopology } from "@leadstream/router";
import type { Grade, Signal, Source } from "@leadstream/schemas";
import { MemoryIo, type Topology } from "@leadstream/stream";
import { z } from "zod";
import { MadeLog } from "../in-process/made-log.ts";
import { anySource, blankAttributes, blankSignal } from "../in-process/signals.ts";
import { type ClockedLeads, scatteredLeadId } from "./clocked-leads.ts";

const policyFile = join(import.meta.dirname, "../../../../infra/examples/policies/default.yaml");
const grades: readonly Grade[] = ["A", "B", "C"];
const TEAM = "emea";
/** SLA2: the first contact is due. */
const TARGET_MS = 2 * 3_600_000;

/** Cases with an owner under the shipped policy: five or six open clocks each (target, reminder, escalation, recycle, end of lease, silence). */
export class ClockedCases implements ClockedLeads {
  readonly topology: Topology;
  readonly log: MadeLog;
  readonly firstDueMs = TARGET_MS;
  private signals: number;
  private replies: number;

  /** `opened`: so many stand in the log already, which then goes on behind them. */
  constructor(opened = 0) {
    const io = new MemoryIo(1);
    this.topology = caseTopology(io) as Topology;
    this.signals = opened === 0 ? 0 : 1 + opened;
    this.replies = opened;
    this.log = new MadeLog(io.broker.wire, this.signals + this.replies);
  }

  begin(at: number): void {
    const document = JSON.stringify(readYamlDocument(policyFile, z.unknown()));
    this.signal(at, null, { kind: "policy", document, policyVersion: 1 });
  }

  /** The lead crosses the threshold, the team grants a rep. */
  open(lead: number, at: number): void {
    const leadId = scatteredLeadId(lead);
    const attributes = { ...blankAttributes, region: "emea", country: "DE", companySize: 40 };
    this.signal(at, leadId, { kind: "captured", ...standing(lead), attributes });
    this.log.append(at, leadId, "TeamReply", {
      source: this.source("team.requests", this.replies++),
      time: at,
      teamId: TEAM,
      requestId: requestIdOf(leadId, 1),
      leadId,
      kind: "granted",
      rep: `rep-${lead % 16}`,
      reason: null,
      why: [],
      rosterVersion: 1,
      opensAt: null,
    });
  }

  act(lead: number, at: number): void {
    this.signal(at, scatteredLeadId(lead), { kind: "active", ...standing(lead) });
  }

  private signal(time: number, leadId: string | null, details: Partial<Signal>): void {
    const source = this.source("lead.events", this.signals++);
    this.log.append(time, leadId, "Signal", { ...blankSignal, source, time, leadId: leadId ?? "", ...details });
  }

  private source(topic: string, seq: number): Source {
    return { ...anySource, topic, offset: seq, seq };
  }
}

const standing = (lead: number): Partial<Signal> => ({
  score: 85_000,
  band: "sql",
  grade: grades[lead % grades.length]!,
  temperature: "warm",
});
