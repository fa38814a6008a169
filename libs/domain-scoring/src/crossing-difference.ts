/** The lead went from one band to another; bands by index, `at` in ms. */
export interface Crossing {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** A crossing that was told and is not true any more (retracted), was at another instant (corrected), or was never told (missed). */
export interface CrossingChange {
  readonly kind: "retracted" | "corrected" | "missed";
  readonly from: number;
  readonly to: number;
  /** null for a missed one. */
  readonly toldAt: number | null;
  /** null for a retracted one. */
  readonly happenedAt: number | null;
}

export interface CrossingDifference {
  readonly changes: readonly CrossingChange[];
  /** What is told from now on: the found crossings, at the told instant where that is near enough. */
  readonly believed: readonly Crossing[];
}

/**
 * Compares what was told with what is found, both in order of time. A difference of up to `toleranceMs` is none: an event may arrive that
 * late and still be in time. The told crossings with all changes applied are the believed ones.
 */
export function crossingDifference(told: readonly Crossing[], found: readonly Crossing[], toleranceMs: number): CrossingDifference {
  const partner = matchEqual(told, found, toleranceMs);
  const believed = found.map((one, index) => (partner[index] === undefined ? one : told[partner[index]!]!));
  const unchanged = new Set(partner.filter((index) => index !== undefined));
  matchMoved(told, found, partner);
  const changes: CrossingChange[] = [];
  const matched = new Set(partner.filter((index) => index !== undefined));
  told.forEach(({ at, from, to }, index) => {
    if (!matched.has(index)) changes.push({ kind: "retracted", from, to, toldAt: at, happenedAt: null });
  });
  found.forEach(({ at, from, to }, index) => {
    const pair = partner[index];
    if (pair === undefined) changes.push({ kind: "missed", from, to, toldAt: null, happenedAt: at });
    else if (!unchanged.has(pair)) changes.push({ kind: "corrected", from, to, toldAt: told[pair]!.at, happenedAt: at });
  });
  return { changes, believed };
}

type Partners = (number | undefined)[];

const isSame = (a: Crossing, b: Crossing): boolean => a.from === b.from && a.to === b.to;

/** For each found crossing the told one that says the same. A told instant must keep the order of the believed ones. */
function matchEqual(told: readonly Crossing[], found: readonly Crossing[], toleranceMs: number): Partners {
  const partner: Partners = found.map(() => undefined);
  let next = 0;
  let last = Number.NEGATIVE_INFINITY;
  found.forEach((one, index) => {
    const limit = found[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    for (let place = next; place < told.length; place++) {
      const { at } = told[place]!;
      if (!isSame(told[place]!, one) || Math.abs(at - one.at) > toleranceMs || at <= last || at >= limit) continue;
      partner[index] = place;
      next = place + 1;
      last = at;
      return;
    }
    last = one.at;
  });
  return partner;
}

/** Pairs what is left between equal ones, in order: the same crossing at another instant. */
function matchMoved(told: readonly Crossing[], found: readonly Crossing[], partner: Partners): void {
  let next = 0;
  found.forEach((one, index) => {
    if (partner[index] !== undefined) {
      next = partner[index]! + 1;
      return;
    }
    const limit = partner.slice(index).find((place) => place !== undefined) ?? told.length;
    for (let place = next; place < limit; place++) {
      if (!isSame(told[place]!, one)) continue;
      partner[index] = place;
      next = place + 1;
      return;
    }
  });
}
