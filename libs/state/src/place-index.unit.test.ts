import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { NOWHERE, PlaceIndex } from "./place-index.ts";

/** Few hashes, so that many keys share one; negative ones, too. */
const step = fc.record({ hash: fc.integer({ min: -3, max: 3 }), act: fc.constantFrom("add", "move", "remove"), pick: fc.nat() });

/** Places of a hash as the index has them. */
function placesOf(index: PlaceIndex, hash: number): number[] {
  const places: number[] = [];
  for (let pair = index.first(hash); pair >= 0; pair = index.after(hash, pair)) places.push(index.placeAt(pair));
  return places;
}

describe("the index of places", () => {
  it("holds what a plain list of pairs holds, whoever looks at its memory", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new PlaceIndex();
        const model: { hash: number; place: number }[] = [];
        for (const [number, { hash, act, pick }] of steps.entries()) {
          const place = number + 1;
          const known = model[pick % Math.max(1, model.length)];
          if (act === "add" || known === undefined) {
            index.add(hash, place);
            model.push({ hash, place });
          } else if (act === "move") {
            index.move(index.find(known.hash, known.place), place);
            known.place = place;
          } else {
            index.remove(index.find(known.hash, known.place));
            model.splice(model.indexOf(known), 1);
          }
        }
        const other = new PlaceIndex(index.memory);
        for (let hash = -3; hash <= 3; hash++) {
          const expected = model.filter((pair) => pair.hash === hash).map(({ place }) => place);
          expect(placesOf(other, hash).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
        }
      }),
    );
  });

  it("takes more room when it is full, and keeps what it held for those who look at the former memory", () => {
    const index = new PlaceIndex();
    const { memory } = index;
    const former = new PlaceIndex(memory);
    for (let key = 1; key <= 10_000; key++) index.add(Math.imul(key, 0x9e37_79b1), key);
    expect(index.memory).not.toBe(memory);
    for (let key = 1; key <= 10_000; key++) expect(index.find(Math.imul(key, 0x9e37_79b1), key)).toBeGreaterThanOrEqual(0);
    for (let key = 1; key <= 300; key++) expect(former.find(Math.imul(key, 0x9e37_79b1), key)).toBeGreaterThanOrEqual(0);
  });

  it("does not grow by keys that come and go", () => {
    const index = new PlaceIndex();
    const { byteLength } = index.memory;
    for (let key = 1; key <= 10_000; key++) {
      index.add(key, key);
      index.remove(index.find(key, key));
    }
    expect(index.memory.byteLength).toBe(byteLength);
    expect(index.find(1, NOWHERE)).toBe(-1);
  });
});
