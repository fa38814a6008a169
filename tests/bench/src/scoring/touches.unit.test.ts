import { describe, expect, it } from "@jest/globals";
import { AvroWriter, codecs } from "@leadstream/schemas";
import { partitionOf } from "@leadstream/stream";
import { type TouchPlan, TouchSource } from "./touches.ts";

const plan: TouchPlan = { leads: 1_000, keys: "uniform", seed: 5, duplicates: 0.05 };

function take(count: number, more: Partial<TouchPlan> = {}) {
  const source = new TouchSource({ ...plan, ...more }, 4);
  return Array.from({ length: count }, (_, index) => source.next(1_790_000_000_000 + index));
}

describe("touches", () => {
  it("are the same for the same seed and others for another", () => {
    expect(take(50)).toEqual(take(50));
    expect(take(50)).not.toEqual(take(50, { seed: 6 }));
  });

  it("lie in the partition of their lead and have about 200 bytes", () => {
    const writer = new AvroWriter();
    for (const { partition, touch } of take(500)) {
      expect(partition).toBe(partitionOf(touch.leadId, 4));
      codecs.Touch.write(writer, touch);
    }
    expect(writer.position / 500).toBeGreaterThan(180);
    expect(writer.position / 500).toBeLessThan(230);
  });

  it("repeat ids as often as asked, always with the same lead and kind", () => {
    const seen = new Map<string, string>();
    let repeated = 0;
    for (const { touch } of take(20_000)) {
      const known = seen.get(touch.eventId);
      if (known !== undefined) repeated++;
      expect([undefined, `${touch.leadId} ${touch.kind}`]).toContain(known);
      seen.set(touch.eventId, `${touch.leadId} ${touch.kind}`);
    }
    expect(repeated / 20_000).toBeGreaterThan(0.04);
    expect(repeated / 20_000).toBeLessThan(0.06);
  });

  it("Zipf makes few leads hot, uniform none", () => {
    const share = (keys: TouchPlan["keys"]): number => {
      const counts = new Map<string, number>();
      for (const { touch } of take(20_000, { keys, duplicates: 0 })) counts.set(touch.leadId, (counts.get(touch.leadId) ?? 0) + 1);
      const hottest = [...counts.values()].toSorted((a, b) => b - a).slice(0, 10);
      return hottest.reduce((sum, each) => sum + each, 0) / 20_000;
    };
    expect(share("uniform")).toBeLessThan(0.03);
    expect(share("zipf")).toBeGreaterThan(0.2);
  });
});
