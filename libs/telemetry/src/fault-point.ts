/**
 * Hook for fault tests, from text such as `scoring/step-9-committed:3`: the process kills itself with SIGKILL when the named step is reached for the
 * n-th time (default 1). Without text the hook does nothing. Throws when the text is not of that form: a fault test that kills nothing proves nothing.
 */
export function faultPointOf(
  text: string | undefined,
  kill: () => void = () => process.kill(process.pid, "SIGKILL"),
): (name: string) => void {
  if (text === undefined || text === "") return () => undefined;
  const match = /^([a-z0-9/-]+)(?::([1-9]\d*))?$/.exec(text);
  if (match === null) throw new RangeError("LEADSTREAM_FAULT_POINT must look like scoring/step-9-committed:2");
  let left = Number(match[2] ?? 1);
  return (name) => {
    if (name === match[1] && --left === 0) kill();
  };
}
