import { describe, expect, it } from "@jest/globals";
import { AvroReader, AvroWriter, codecs } from "@leadstream/schemas";
import fc from "fast-check";
import { testContext } from "../tests/edge-context.ts";
import { toCapture, toCommand, toSpend, toStatus, toTouch } from "./index.ts";

describe("any input", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const known = fc.record(
    {
      leadId: fc.oneof(fc.constant("l"), anything),
      channel: fc.oneof(fc.constant("web"), anything),
      kind: anything,
      status: anything,
      command: anything,
      occurredAt: anything,
      amount: anything,
      contact: fc.oneof(fc.record({ email: anything, phone: anything }), anything),
      profile: fc.oneof(
        fc.record({ custom: anything, tags: anything, companySize: anything, country: anything }, { requiredKeys: [] }),
        anything,
      ),
    },
    { requiredKeys: [] },
  );
  it("gives a record that can be encoded, or faults that name fields", async () => {
    const counts = { ok: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anything, known, fc.record({ leadId: fc.constant("l"), channel: fc.string(), kind: fc.string({ unit: "binary" }) })),
        async (input) => {
          const context = testContext();
          const results = [
            ["Capture", await toCapture(input, context)],
            ["Touch", toTouch(input, context)],
            ["Status", await toStatus(input, context)],
            ["Command", toCommand(input, context)],
            ["Spend", toSpend(input, context)],
          ] as const;
          for (const [type, result] of results) {
            if (!result.ok) {
              counts.refused++;
              expect(result.faults.length).toBeGreaterThan(0);
              continue;
            }
            counts.ok++;
            expect(roundTrip(type, result.record)).toEqual(result.record);
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(counts.ok).toBeGreaterThan(0);
    expect(counts.refused).toBeGreaterThan(1000);
  });
});

it("an object whose length cannot be compared is a fault of its field, not a crash", async () => {
  const odd = JSON.parse('{"leadId":"l","status":"won","amount":{"length":{"valueOf":1,"toString":1}}}');
  const result = await toStatus(odd, testContext());
  expect(result.ok ? [] : result.faults).toContainEqual(
    expect.objectContaining({ field: "amount", reason: "is an object that cannot be read" }),
  );
});

function roundTrip(type: "Capture" | "Touch" | "Status" | "Command" | "Spend", record: unknown): unknown {
  const writer = new AvroWriter();
  const codec = codecs[type] as { write: (writer: AvroWriter, value: unknown) => void; read: (reader: AvroReader) => unknown };
  codec.write(writer, record);
  const reader = new AvroReader(writer.buffer, 0, writer.position);
  return codec.read(reader);
}
