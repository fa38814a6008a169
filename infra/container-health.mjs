// Health check of a service's container: exit 0 when the address answers 2xx.
try {
  const answer = await fetch(process.argv[2], { signal: AbortSignal.timeout(2_500) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
