import type { AvroReader, AvroWriter } from "@leadstream/schemas";

/** Distance from `base`, moved by one so that 0 can mean never. */
export function writeTime(w: AvroWriter, base: number, time: number): void {
  if (time < 0) w.byte(0);
  else {
    const distance = base - time;
    w.long(distance >= 0 ? distance + 1 : distance);
  }
}

export function readTime(r: AvroReader, base: number): number {
  const distance = r.long();
  if (distance === 0) return -1;
  return distance > 0 ? base - distance + 1 : base - distance;
}
