import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { FrameReader } from "../src/frame-reader.ts";

const framed = (body: Uint8Array): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
};

describe("frames", () => {
  it("are put together from pieces of any size, also when their memory comes back", () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 65_000, max: 150_000 })), { maxLength: 6 });
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1 }), (frames, cuts) => {
        const found: Buffer[] = [];
        const reader = new FrameReader((frame) => {
          found.push(Buffer.from(frame));
          reader.recycle(frame.subarray(4));
          reader.recycle(frame);
        });
        const stream = Buffer.concat(frames.map((length, index) => framed(Buffer.alloc(length, index + 1))));
        // As a socket does: each piece lies in the same memory.
        const shared = Buffer.alloc(90_000);
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const bytes = stream.copy(shared, 0, at, at + cuts[turn % cuts.length]!);
          reader.take(shared, bytes);
          at += bytes;
        }
        expect(found.map(({ length }) => length)).toEqual(frames.map((length) => length + 4));
        expect(Buffer.concat(found).equals(stream)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("keep their bytes until they are given back", () => {
    const found: Buffer[] = [];
    const reader = new FrameReader((frame) => found.push(frame));
    const send = (fill: number): void => {
      const bytes = framed(Buffer.alloc(70_000, fill));
      reader.take(bytes, bytes.length);
    };
    for (const fill of [1, 2, 3]) send(fill);
    expect(found.map((frame) => frame.at(-1))).toEqual([1, 2, 3]);
    reader.recycle(found[1]!);
    send(4);
    expect(found.map((frame) => frame.at(-1))).toEqual([1, 4, 3, 4]);
    expect(found[3]!.buffer).toBe(found[1]!.buffer);
  });

  it.each([3, -1, 0x48545450])("of %i bytes are refused: the other side is no broker", (bytes) => {
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes);
    expect(() => new FrameReader(() => {}).take(size, 4)).toThrow(RangeError);
  });
});
