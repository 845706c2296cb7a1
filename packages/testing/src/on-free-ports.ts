/** A server ended at its start: somebody took a port between our look and its `listen`. */
export class PortTaken extends Error {}

const ATTEMPTS = 3

/** Starts a server that cannot listen on port 0: anew with other ports when one of them was taken meanwhile. */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === ATTEMPTS) throw error
    }
  }
}
