import type { CompiledModel } from "./compile-model.ts";
import type { PointSums } from "./point-sums.ts";
import { clampScore } from "./standing.ts";
import { NEVER, SILENCE_TOLD } from "./state.ts";

/** So many looks at the score per search; a search that needs more goes on when its timer fires. */
const MAX_LOOKS = 512;

/** Next instant at which silence has a consequence: the signal to the router or a penalty. */
export function nextSilence(model: CompiledModel, lastActiveAt: number, flags: number, at: number): number {
  if (lastActiveAt < 0) return NEVER;
  const { signalAfterMs, penalties } = model.model.inactivity;
  let next = NEVER;
  if (signalAfterMs !== null && (flags & SILENCE_TOLD) === 0) next = Math.max(lastActiveAt + signalAfterMs, at + 1);
  for (let index = 0; index < penalties.length; index++) {
    const due = lastActiveAt + penalties[index]!.afterMs;
    if (due > at) return next === NEVER ? due : Math.min(next, due);
  }
  return next;
}

/** Scores of a band: `low` belongs to it, `high` does not. */
export interface Span {
  readonly low: number;
  readonly high: number;
}

/**
 * First millisecond after `at` at which decay alone takes the score out of a band, or NEVER. Looks until `until`, which is the last instant
 * before something else moves the score. `rest` are the points that do not fade until then.
 */
export function nextCrossing(model: CompiledModel, sums: PointSums, { low, high }: Span, rest: number, at: number, until: number): number {
  const end = Math.min(at + model.longestLifeMs, until);
  if (end <= at) return NEVER;
  if (sums.fades(-1) && sums.lossesAt(at) !== sums.lossesAt(end)) return firstOutside(model, sums, rest, low, high, at, end);
  if (low === Number.NEGATIVE_INFINITY || !sums.fades(1) || clampScore(model, rest + sums.pointsAt(end)) >= low) return NEVER;
  return firstBelow(model, sums, rest, low, at, end);
}

/** Only gains fade: the score falls. Where they do in several ways, a binary search finds the first millisecond below. */
function firstBelow(model: CompiledModel, sums: PointSums, rest: number, low: number, at: number, end: number): number {
  const known = sums.firstBelow(low - rest, at);
  if (known !== NEVER) return known;
  let inside = at;
  let outside = end;
  while (outside - inside > 1) {
    const middle = inside + Math.floor((outside - inside) / 2);
    if (clampScore(model, rest + sums.pointsAt(middle)) < low) outside = middle;
    else inside = middle;
  }
  return outside;
}

/** Gains and losses fade: over a span the score lies between (gains at its end - losses at its start) and (gains at its start - losses at its end). */
function firstOutside(model: CompiledModel, sums: PointSums, rest: number, low: number, high: number, at: number, end: number): number {
  let inside = at;
  let span = end - at;
  for (let looks = 0; inside < end; looks++) {
    const from = inside + 1;
    const to = Math.min(inside + span, end);
    const least = clampScore(model, rest + sums.gainsAt(to) - sums.lossesAt(from));
    const most = clampScore(model, rest + sums.gainsAt(from) - sums.lossesAt(to));
    if (least >= low && most < high) {
      inside = to;
      span *= 2;
    } else if (to === from || looks >= MAX_LOOKS) return from;
    else span = Math.max(1, Math.floor((to - inside) / 2));
  }
  return NEVER;
}
