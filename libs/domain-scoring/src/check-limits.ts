import type { GroupDecay, PlacedRule } from "./check-rules.ts";
import { type DocumentReader, join } from "./document-reader.ts";
import type { Cap } from "./model.ts";
import { pointsText } from "./units.ts";

const bounds = ["perDay", "lifetime"] as const;

/** Limits that no award can meet, and limits and ways of fading that can never do anything. `cap` of a group is at `groups.<index>.cap`. */
export function checkLimits(reader: DocumentReader, placed: readonly PlacedRule[], groups: ReadonlyMap<string, GroupDecay>): void {
  for (const { rule, path } of placed) checkAward(reader, rule.cap, join(path, "cap"), Math.abs(rule.points), join(path, "points"));
  [...groups.values()].forEach(({ group, decay }, index) => {
    const at = join("groups", index);
    const members = placed.filter(({ rule }) => rule.group === group.id);
    const limited = members.filter(({ rule }) => rule.kind !== "profile" && rule.points > 0);
    for (const { rule, path } of limited) {
      checkAward(reader, group.cap, join(at, "cap"), rule.points, join(path, "points"));
      checkOuterLimit(reader, rule.cap, join(path, "cap"), group.cap, join(at, "cap"));
    }
    if (members.length === 0) return;
    const places = `${members[0]!.path}${members.length > 1 ? ` and the others` : ""}`;
    if (hasLimit(group.cap) && limited.length === 0)
      reader.fault(
        join(at, "cap"),
        `limits nothing: ${places} of this group ${members.length > 1 ? "are" : "is"} about profiles or takes points`,
        "Remove the cap: it limits what behaviour and status rules give",
      );
    if (decay.kind !== "none" && members.every(({ rule }) => rule.kind === "profile"))
      reader.fault(
        join(at, "decay"),
        `fades nothing: ${places} of this group ${members.length > 1 ? "are profile rules" : "is a profile rule"}`,
        "Remove it: points for a profile stay as long as the profile does",
      );
  });
}

const hasLimit = (cap: Cap): boolean => cap.perDay !== null || cap.lifetime !== null;

/** A limit below a single award cuts it always: the points of the rule are never what they say. */
function checkAward(reader: DocumentReader, cap: Cap, capPath: string, points: number, pointsPath: string): void {
  for (const name of bounds) {
    const at = join(capPath, name);
    const bound = cap[name];
    if (bound !== null && bound > 0 && bound < points && !reader.told(at))
      reader.fault(at, `is below one award of ${pointsPath}, which is never given in full`, `Use at least ${pointsText(points)}`);
  }
}

/** What the group allows for ever or for a day, the rule cannot pass. */
function checkOuterLimit(reader: DocumentReader, inner: Cap, innerPath: string, outer: Cap, outerPath: string): void {
  for (const [name, outerName] of [
    ["perDay", "perDay"],
    ["perDay", "lifetime"],
    ["lifetime", "lifetime"],
  ] as const) {
    const at = join(innerPath, name);
    const most = outer[outerName];
    if (inner[name] !== null && most !== null && inner[name] > most && !reader.told(at))
      reader.fault(at, `is above ${join(outerPath, outerName)} and never reached`, `Use at most ${pointsText(most)}`);
  }
}
