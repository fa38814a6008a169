/**
 * Gives memory outside of the heap back at once. The collector would do so too, some time: until then it counts, and makes V8 mark the whole heap.
 * All of the buffer must be the caller's alone, so it must not be a window of Node's pool.
 */
export function release({ buffer }: { readonly buffer: ArrayBufferLike }): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
