import type { Touch } from "@leadstream/schemas";
import { scoringTopology } from "@leadstream/scoring";
import { MemoryIo, type Topology } from "@leadstream/stream";
import { MadeLog } from "../in-process/made-log.ts";
import { defaultModelFile, readModel } from "../scoring/model-file.ts";
import { type ClockedLeads, scatteredLeadId } from "./clocked-leads.ts";

/** L3: seven days without interaction are told. */
const SILENCE_MS = 7 * 86_400_000;
const LIMITS = { deadLetterLimit: { maxRun: 1, maxRatio: 0, window: 100 }, tickEveryMs: 1_000 };

/** Leads that acted once under the shipped model: one open clock each (silence), which every touch moves. */
export class ClockedScores implements ClockedLeads {
  readonly topology: Topology;
  readonly log: MadeLog;
  readonly firstDueMs = SILENCE_MS;
  private touches = 0;

  constructor() {
    const io = new MemoryIo(1);
    this.topology = scoringTopology(io, LIMITS) as Topology;
    this.log = new MadeLog(io.broker.wire);
  }

  begin(at: number): void {
    this.log.append(at, null, "ModelPublished", readModel(defaultModelFile));
  }

  open(lead: number, at: number): void {
    this.touch(lead, at, "webinar");
  }

  act(lead: number, at: number): void {
    this.touch(lead, at, "page-view");
  }

  private touch(lead: number, at: number, kind: string): void {
    const leadId = scatteredLeadId(lead);
    const number = this.touches++;
    const value: Touch = {
      eventId: `01926f3b-0000-7000-8000-${number.toString(16).padStart(12, "0")}`,
      leadId,
      occurredAt: at,
      producer: "website-collector",
      imported: false,
      kind,
      channel: "seo",
      campaign: `campaign-2026-${String(number % 400).padStart(4, "0")}`,
      content: `/resources/${kind}/article-${String(number % 10_000).padStart(5, "0")}`,
      dwellMs: (number * 7_919) % 90_000,
      properties: { device: "desktop" },
      profile: null,
    };
    this.log.append(at, leadId, "Touch", value);
  }
}
