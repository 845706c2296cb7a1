import { open, rename } from 'node:fs/promises'
import type { Status } from '@seaworthy/api'
import type { Mail } from '@seaworthy/kit/mail'
import type { MailDelivery } from './mail-delivery.ts'

const MAX_BYTES = 4 * 1024 * 1024

/**
 * Mails in a file, where there is no mail server: the links in them must be readable somewhere, but not in the
 * platform's log, which more people see. A full file is kept once as `mail.log.1`.
 */
export class MailLog implements MailDelivery {
  readonly target: Status['mail']
  readonly #file: string
  readonly #maxBytes: number
  #writing: Promise<unknown> = Promise.resolve()

  constructor({ file, maxBytes = MAX_BYTES }: { file: string; maxBytes?: number }) {
    this.#file = file
    this.#maxBytes = maxBytes
    this.target = { kind: 'file', to: file, from: null }
  }

  /** One at a time, so that mails never mix. */
  deliver(mail: Mail): Promise<void> {
    const written = this.#writing.then(() => this.#append(entry(mail)))
    this.#writing = written.catch(() => {})
    return written
  }

  close(): void {}

  async #append(text: string): Promise<void> {
    const handle = await open(this.#file, 'a', 0o600)
    try {
      await handle.chmod(0o600)
      await handle.appendFile(text)
      if ((await handle.stat()).size > this.#maxBytes) await rename(this.#file, `${this.#file}.1`)
    } finally {
      await handle.close()
    }
  }
}

function entry({ to, subject, text }: Mail): string {
  return `==== ${new Date().toISOString()}\nTo: ${to}\nSubject: ${subject}\n\n${text}\n`
}
