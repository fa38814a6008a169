import { describe, expect, it } from "@jest/globals";
import { SlabKey } from "./slab-key.ts";
import { StateSlab } from "./state-slab.ts";

const key = (text: string): SlabKey => new SlabKey().set(text);
const texts = ["", "a", "lead-1", "线索", "ключ", "🙂", "\u0000", "é", "e\u0301", "k".repeat(3_000)];

describe("state slab", () => {
  it("finds keys of any script by their bytes, and none that was not added or was removed", () => {
    const slab = new StateSlab(1);
    for (const [index, text] of texts.entries()) {
      expect(slab.find(key(text))).toBe(-1);
      expect(slab.add(key(text), -1)).toBe(index);
    }
    for (const [index, text] of texts.entries()) {
      expect(slab.find(key(text))).toBe(index);
      expect(slab.keyOf(index)).toBe(text);
      expect(slab.copyKey(index, new SlabKey()).hash).toBe(key(text).hash);
    }
    slab.remove(key("ключ"));
    expect(slab.find(key("ключ"))).toBe(-1);
    expect(slab.find(key("🙂"))).toBe(5);
  });

  it("tells keys of one hash apart", () => {
    const slab = new StateSlab(0);
    const same = (text: string): SlabKey => Object.assign(key(text), { hash: 7 });
    const words = Array.from({ length: 600 }, (_, index) => `key-${index}`);
    for (const word of words) slab.add(same(word), -1);
    slab.remove(same("key-3"));
    for (const [index, word] of words.entries()) expect(slab.find(same(word))).toBe(index === 3 ? -1 : index);
  });

  it("keeps bytes apart however they grow and shrink, and keys with them", () => {
    const slab = new StateSlab(1);
    const model = new Map<string, Buffer>();
    let seed = 1;
    const below = (limit: number): number => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed % limit;
    };
    for (let step = 0; step < 5_000; step++) {
      const text = `lead-${below(300)}`;
      const found = slab.find(key(text));
      const bytes = Buffer.alloc(below(400), step % 251);
      if (found < 0) slab.add(key(text), -1, bytes, 0, bytes.length);
      else {
        const draft = slab.draftOf(found);
        // As a writer does where there is no room.
        slab.buffer = Buffer.concat([slab.buffer, Buffer.alloc(Math.max(0, draft + bytes.length - slab.buffer.length))]);
        bytes.copy(slab.buffer, draft);
        slab.keep(found, bytes.length);
      }
      model.set(text, bytes);
    }
    for (const [text, bytes] of model) {
      const slot = slab.find(key(text));
      const start = slab.startOf(slot);
      expect(slab.buffer.subarray(start, start + slab.lengthOf(slot)).equals(bytes)).toBe(true);
      expect(slab.keyOf(slot)).toBe(text);
    }
  });

  it("orders keys by their bytes", () => {
    const slab = new StateSlab(0);
    const ordered = ["a", "ab", "b", "é", "线索", "\uff21", "🙂", "🙂a"];
    for (const text of ordered) slab.add(key(text), -1);
    for (const [one] of ordered.entries())
      for (const [other, text] of ordered.entries()) expect(Math.sign(slab.compareKey(one, key(text)))).toBe(Math.sign(one - other));
  });

  it("refuses a key whose length does not fit two bytes", () => {
    expect(() => new StateSlab(0).add(key("k".repeat(65_536)), -1)).toThrow(RangeError);
  });
});
