import * as Radix from '@radix-ui/react-dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { words } from '../words/en.ts'
import { classNames } from './class-names.ts'
import { useFocusBefore } from './focus-again.ts'

interface DialogProps {
  open: boolean
  onClose?: (() => void) | undefined
  title: ReactNode
  about?: ReactNode
  children?: ReactNode
  /** At the end, the main one last. */
  actions?: ReactNode
  wide?: boolean
}

/** Asks for something, on top of the page. Without `onClose` it stays until it is answered. */
export function Dialog({ open, onClose, title, about, children, actions, wide = false }: DialogProps) {
  const focusBefore = useFocusBefore()
  return (
    <Radix.Root open={open} onOpenChange={next => !next && onClose?.()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={event => {
            event.preventDefault()
            focusBefore()
          }}
          className={classNames(
            'fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[92dvh] w-full animate-appear flex-col overflow-hidden rounded-t-lg border border-line bg-raised shadow-float sm:top-[12dvh] sm:bottom-auto sm:max-h-[80dvh] sm:w-[calc(100%-2rem)] sm:rounded-lg',
            wide ? 'sm:max-w-3xl' : 'sm:max-w-md',
          )}
        >
          <header className="flex items-start gap-4 px-5 pt-5 pb-3">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {about && <p className="mt-1 text-soft">{about}</p>}
            </div>
            {onClose && (
              <Radix.Close aria-label={words.close} className="-m-1 rounded-md p-1 text-soft hover:bg-sunken">
                <X aria-hidden className="size-5" />
              </Radix.Close>
            )}
          </header>
          <div className="min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
          {actions && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line bg-surface px-5 py-3">
              {actions}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
