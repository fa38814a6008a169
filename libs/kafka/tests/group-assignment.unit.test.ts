import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { assignRanges, decodeAssignment, encodeAssignment } from "../src/group-assignment.ts";

describe("range assignment", () => {
  it("gives every partition to one member, neighbours together, sizes apart by one at most, whatever the order of members", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 9 }), fc.nat(40), (members, partitions) => {
        const ranges = assignRanges(members, partitions);
        expect([...ranges.values()].flat()).toEqual(Array.from({ length: partitions }, (_, n) => n));
        const sizes = [...ranges.values()].map((range) => range.length);
        expect(sizes).toHaveLength(members.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(assignRanges([...members].reverse(), partitions)).toEqual(ranges);
      }),
    );
  });

  it("passes through the consumer protocol", () => {
    expect(decodeAssignment(encodeAssignment("t", [3, 4]), "t")).toEqual([3, 4]);
    expect(decodeAssignment(encodeAssignment("t", [3, 4]), "other")).toEqual([]);
    expect(decodeAssignment(Buffer.alloc(0), "t")).toEqual([]);
  });
});
