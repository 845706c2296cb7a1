/** Whether the platform answers at the moment, whoever asks. */
export async function answers(): Promise<boolean> {
  const response = await fetch('/live', { cache: 'no-store', signal: AbortSignal.timeout(5_000) }).catch(
    () => undefined,
  )
  return response?.ok ?? false
}

/** How long to wait between two tries. */
export const KNOCK_MS = 1_500
