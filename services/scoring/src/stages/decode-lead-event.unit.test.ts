import { describe, expect, it } from "@jest/globals";
import { type Decoded, everyLead, type Touch } from "@leadstream/schemas";
import { partitionOf, type RecordCursor } from "@leadstream/stream";
import { decodeLeadEvent } from "./decode-lead-event.ts";

const LEAD = "lead-7";
const PARTITIONS = 4;
const home = { partition: partitionOf(LEAD, PARTITIONS), partitions: PARTITIONS };

function cursor(key: string | null): RecordCursor {
  const buffer = Buffer.from(key ?? "");
  const start = key === null ? -1 : 0;
  return {
    next: () => false,
    offset: 0,
    timestamp: 0,
    buffer,
    keyStart: start,
    keyEnd: buffer.length,
    valueStart: 0,
    valueEnd: 0,
    headers: () => [],
  };
}

function touch(more: Partial<Touch> = {}): Decoded<"Touch"> {
  const value: Touch = {
    eventId: "e-1",
    leadId: LEAD,
    occurredAt: 1_000,
    producer: "test",
    imported: false,
    kind: "page-view",
    channel: null,
    campaign: null,
    content: null,
    dwellMs: null,
    properties: {},
    profile: null,
    ...more,
  };
  return { type: "Touch", value };
}

const code = (record: Decoded, key: string | null, place = home): string => {
  const result = decodeLeadEvent(record, cursor(key), place);
  return result.kind === "dead-letter" ? result.code : result.kind;
};

describe("decodeLeadEvent", () => {
  it("accepts an event in its place", () => {
    expect(code(touch(), LEAD)).toBe("ok");
  });

  it.each([
    ["NULL_KEY", touch(), null],
    ["NULL_KEY", touch({ leadId: "" }), ""],
    ["KEY_MISMATCH", touch({ leadId: "lead-8" }), LEAD],
    ["KEY_MISMATCH", touch({ leadId: "lead-77" }), LEAD],
    ["KEY_MISMATCH", touch({ leadId: "lead-é" }), LEAD],
    ["KEY_MISMATCH", touch({ leadId: "lead-" }), LEAD],
    ["INVALID_EVENT_ID", touch({ eventId: "" }), LEAD],
    ["INVALID_EVENT_ID", touch({ eventId: "x".repeat(129) }), LEAD],
    ["INVALID_TIME", touch({ occurredAt: -1 }), LEAD],
    ["INVALID_TIME", touch({ occurredAt: 253_402_300_800_000 }), LEAD],
  ])("%s", (expected, record, key) => {
    expect(code(record, key)).toBe(expected);
  });

  it("compares keys of any script", () => {
    for (const leadId of ["线索-7", "é", "lead-🙂"]) {
      const place = { partition: partitionOf(leadId, PARTITIONS), partitions: PARTITIONS };
      expect(code(touch({ leadId }), leadId, place)).toBe("ok");
      expect(code(touch({ leadId: `${leadId}x` }), leadId, place)).toBe("KEY_MISMATCH");
      expect(code(touch({ leadId: "x".repeat(leadId.length) }), leadId, place)).toBe("KEY_MISMATCH");
    }
  });

  it("WRONG_PARTITION", () => {
    expect(code(touch(), LEAD, { ...home, partition: (home.partition + 1) % PARTITIONS })).toBe("WRONG_PARTITION");
  });

  it("UNEXPECTED_RECORD", () => {
    const spend = { type: "Spend", value: {} } as unknown as Decoded;
    expect(code(spend, LEAD)).toBe("UNEXPECTED_RECORD");
  });

  it("INVALID_MODEL names the first fault, never a value", () => {
    const record: Decoded = {
      type: "ModelPublished",
      value: { name: "m", version: 1, fingerprint: "", document: '{"name":"SECRET !"}', ...everyLead },
    };
    const result = decodeLeadEvent(record, cursor(null), home);
    expect(result).toMatchObject({ kind: "dead-letter", code: "INVALID_MODEL" });
    expect(JSON.stringify(result)).not.toContain("SECRET");
  });

  it("configuration and ticks need no key", () => {
    expect(code({ type: "Tick", value: { writer: "w" } }, null)).toBe("ok");
    expect(code({ type: "PolicyPublished", value: { name: "p", version: 1, fingerprint: "", document: "{}" } }, null)).toBe("ok");
  });
});
