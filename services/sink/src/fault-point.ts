/**
 * Reads `LEADSTREAM_FAULT_POINT=<name>:<hit>`: the process kills itself with SIGKILL when the named step is reached for the n-th time (default 1).
 * Without the variable the hook does nothing. Throws when the text is not of that form: a fault test that kills nothing proves nothing.
 */
export function faultPointOf(
  text: string | undefined,
  kill: () => void = () => process.kill(process.pid, "SIGKILL"),
): (name: string) => void {
  if (text === undefined || text === "") return () => undefined;
  const match = /^([a-z0-9-]+)(?::([1-9]\d*))?$/.exec(text);
  if (match === null) throw new RangeError("LEADSTREAM_FAULT_POINT must look like step-4-announced:2");
  let left = Number(match[2] ?? 1);
  return (name) => {
    if (name === match[1] && --left === 0) kill();
  };
}
