import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { words } from '../words/en.ts'

export interface ToastMessage {
  tone?: 'good' | 'bad'
  text: ReactNode
  /** Leads to the thing that it is about. */
  link?: ReactNode
}

interface Toasts {
  show(message: ToastMessage): void
}

const Context = createContext<Toasts | undefined>(undefined)
const SHOWN_MS = 7_000

/** Short messages at the edge of the page; read aloud, and gone after a while unless something is wrong. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<(ToastMessage & { id: number })[]>([])
  const toasts = useMemo(() => {
    let lastId = 0
    const remove = (id: number) => setMessages(all => all.filter(message => message.id !== id))
    return {
      remove,
      show(message: ToastMessage) {
        const id = ++lastId
        setMessages(all => [...all.slice(-3), { ...message, id }])
        if (message.tone !== 'bad') setTimeout(() => remove(id), SHOWN_MS)
      },
    }
  }, [])
  return (
    <Context value={toasts}>
      {children}
      <section
        aria-label={words.toast.region}
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-4 z-50 grid justify-items-end gap-2"
      >
        {messages.map(message => (
          <Toast key={message.id} message={message} onClose={() => toasts.remove(message.id)} />
        ))}
      </section>
    </Context>
  )
}

export function useToasts(): Toasts {
  const toasts = useContext(Context)
  if (!toasts) throw new Error('There is no ToastProvider around this component.')
  return toasts
}

function Toast({
  message: { tone = 'good', text, link },
  onClose,
}: {
  message: ToastMessage
  onClose(): void
}) {
  const Icon = tone === 'bad' ? CircleAlert : CircleCheck
  return (
    <div className="pointer-events-auto flex w-full max-w-sm animate-appear items-start gap-3 rounded-md border border-line bg-raised p-3 shadow-float">
      <Icon aria-hidden className={tone === 'bad' ? 'mt-0.5 size-4 text-bad' : 'mt-0.5 size-4 text-good'} />
      <div className="min-w-0 flex-1">
        {text}
        {link && <div className="mt-1">{link}</div>}
      </div>
      <button
        type="button"
        aria-label={words.close}
        onClick={onClose}
        className="rounded-sm text-soft hover:text-ink"
      >
        <X aria-hidden className="size-4" />
      </button>
    </div>
  )
}
