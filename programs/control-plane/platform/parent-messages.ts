/** What is told to whoever started this process with a message channel (`seaworthy up`, tests). */
export type ParentMessage =
  | { type: 'ready'; urls: { dashboard: string; edge: string }; setupUrl: string | null; notes: string[] }
  | { type: 'stopped'; apps: string[]; edge: boolean }

/** Whoever started the platform. */
export interface Parent {
  /** Who does not listen gets no setup link. */
  isListening(): boolean
  tell(message: ParentMessage): Promise<void>
}

/** The process that spawned ours with a message channel, if it did. */
export const parentProcess: Parent = {
  isListening: () => process.send !== undefined && process.connected,
  tell: message =>
    new Promise(resolve => {
      if (!process.send || !process.connected) return resolve()
      process.send(message, () => resolve())
    }),
}
