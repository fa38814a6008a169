/** Gives memory outside of the heap back at once. The collector would do so too, some time: until then it counts, and makes V8 mark the whole heap. */
export function release({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
