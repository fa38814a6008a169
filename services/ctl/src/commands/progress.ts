/** Progress lines with the time since the start, so that a person who waits sees that something moves. */
export function progressLog(write: (line: string) => void = (line) => process.stdout.write(line)): (line: string) => void {
  const beganMs = performance.now();
  return (line) => write(`${((performance.now() - beganMs) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
}
