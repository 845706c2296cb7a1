/** What is told to whoever started this process with a message channel (`seaworthy up`, tests). */
export type ParentMessage =
  | { type: 'ready'; urls: { dashboard: string; edge: string }; setupUrl: string | null; notes: string[] }
  | { type: 'stopped'; apps: string[]; edge: boolean }

export function tellParent(message: ParentMessage): Promise<void> {
  return new Promise(resolve => {
    if (!process.send || !process.connected) return resolve()
    process.send(message, () => resolve())
  })
}
