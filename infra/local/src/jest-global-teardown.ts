/** Stops what the set-up of this run started. */
export default async function stopSharedServers(): Promise<void> {
  const { leadstreamDisposeServers } = globalThis as { leadstreamDisposeServers?: () => Promise<void> };
  await leadstreamDisposeServers?.();
}
