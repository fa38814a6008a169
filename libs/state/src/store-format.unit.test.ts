import { describe, expect, it } from "@jest/globals";
import type { TimerEntry } from "@leadstream/stream";
import fc from "fast-check";
import { decodeHeader, encodeHeader } from "./header-format.ts";
import { DamagedError, decodeTimer, encodeTimer, seal, sealEntry, unseal, unsealEntry } from "./store-format.ts";

const key = fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), fc.constantFrom("a", "a\0", "a\0b", "\0", "\0\0", "ab"));
const timer: fc.Arbitrary<TimerEntry> = fc.record({
  due: fc.oneof(fc.maxSafeNat(), fc.nat(3), fc.constantFrom(255, 256, 2 ** 32 - 1, 2 ** 32)),
  key,
  kind: fc.nat(255),
});

const compare = (a: TimerEntry, b: TimerEntry): number => {
  if (a.due !== b.due) return a.due < b.due ? -1 : 1;
  const keys = Buffer.compare(Buffer.from(a.key, "utf8"), Buffer.from(b.key, "utf8"));
  return keys !== 0 ? keys : Math.sign(a.kind - b.kind);
};

const bytesOf = (entry: TimerEntry): Buffer => encodeTimer(entry.due, entry.kind, Buffer.from(entry.key));

describe("a timer's bytes", () => {
  it("give the timer back", () => {
    fc.assert(fc.property(timer, (entry) => expect(decodeTimer(bytesOf(entry))).toEqual(entry)));
  });

  it("are ordered as (due, key bytes, kind)", () => {
    fc.assert(
      fc.property(timer, timer, fc.boolean(), fc.boolean(), (one, other, sameDue, sameKey) => {
        const second = { ...other, due: sameDue ? one.due : other.due, key: sameKey ? one.key : other.key };
        expect(Buffer.compare(bytesOf(one), bytesOf(second))).toBe(compare(one, second));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a sealed value", () => {
  it("is given back under its key only, and only whole", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), fc.nat(), fc.integer({ min: 1, max: 255 }), (name, value, at, mask) => {
        const sealed = seal(name, value);
        expect(unseal(name, sealed).equals(Buffer.from(value))).toBe(true);
        expect(() => unseal(Buffer.concat([name, Buffer.from("x")]), sealed)).toThrow(DamagedError);
        sealed[at % sealed.length]! ^= mask;
        expect(() => unseal(name, sealed)).toThrow(DamagedError);
      }),
    );
    expect(() => unseal(Buffer.from("a"), Buffer.alloc(3))).toThrow(DamagedError);
  });
});

describe("a sealed entry", () => {
  it("gives its state as often as it is asked, and only whole", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), fc.nat(), fc.integer({ min: 1, max: 255 }), (head, state, at, mask) => {
        const buffer = Buffer.concat([Buffer.alloc(3, 9), head, Buffer.alloc(4, 9), state, Buffer.alloc(2, 9)]);
        const start = 3 + head.length + 4;
        const window = { buffer, entry: 3, start, end: start + state.length };
        sealEntry(window);
        for (let time = 0; time < 2; time++) expect(unsealEntry(window).equals(Buffer.from(state))).toBe(true);
        buffer[3 + (at % (window.end - 3))]! ^= mask;
        expect(() => unsealEntry(window)).toThrow(DamagedError);
      }),
    );
  });
});

describe("a header", () => {
  const header = { offset: 12, fingerprint: "f", incarnation: "i", partition: Buffer.from([1, 2]) };

  it("is given back, and no header as well", () => {
    expect(decodeHeader(encodeHeader(header))).toEqual(header);
    expect(decodeHeader(encodeHeader(null))).toBeNull();
  });

  it("of another layout, cut or too long is refused", () => {
    const bytes = encodeHeader(header);
    expect(() => decodeHeader(Buffer.concat([Buffer.from([1]), bytes.subarray(1)]))).toThrow("STORE_LAYOUT");
    expect(() => decodeHeader(bytes.subarray(0, -1))).toThrow(DamagedError);
    expect(() => decodeHeader(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(DamagedError);
  });
});
