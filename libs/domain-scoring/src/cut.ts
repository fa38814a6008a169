/** Shortens a list to `length`. Setting a length is a call into the engine and mostly needless; set to 0 it also gives the list's room away. */
export function cut(list: unknown[], length: number): void {
  if (list.length > length) list.length = length;
}
