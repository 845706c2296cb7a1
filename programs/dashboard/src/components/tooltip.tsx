import * as Radix from '@radix-ui/react-tooltip'
import { type ReactNode, useRef, useState } from 'react'

/** A word about what the pointer or the keyboard is on. Its child must take a ref and be reachable by keyboard. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  const trigger = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  // Radix closes it when the page scrolls, which it does just then for somebody who comes with the Tab key.
  const change = (next: boolean) => setOpen(next || isKeyboardOn(trigger.current))
  return (
    <Radix.Root delayDuration={200} open={open} onOpenChange={change}>
      <Radix.Trigger asChild ref={trigger}>
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={6}
          collisionPadding={8}
          onEscapeKeyDown={event => {
            event.preventDefault()
            setOpen(false)
          }}
          className="z-50 max-w-72 rounded-md bg-ink px-2.5 py-1.5 text-sm text-canvas shadow-float"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function isKeyboardOn(element: HTMLElement | null): boolean {
  return element !== null && element === document.activeElement && element.matches(':focus-visible')
}

export const TooltipProvider = Radix.Provider
