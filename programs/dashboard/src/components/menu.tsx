import * as Radix from '@radix-ui/react-dropdown-menu'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

export function Menu({
  trigger,
  children,
  side,
  defaultOpen = false,
}: {
  trigger: ReactNode
  children: ReactNode
  side?: 'top' | 'bottom'
  /** Open as soon as it is there. */
  defaultOpen?: boolean
}) {
  return (
    <Radix.Root modal={false} defaultOpen={defaultOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          {...(side && { side })}
          className="z-40 min-w-52 animate-appear rounded-md border border-line bg-raised p-1 shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface MenuItemProps {
  icon?: ReactNode
  onSelect(): void
  danger?: boolean
  /** Why it cannot be chosen; shown under it. */
  whyNot?: string | undefined
  children: ReactNode
}

export function MenuItem({ icon, onSelect, danger = false, whyNot, children }: MenuItemProps) {
  return (
    <Radix.Item
      disabled={whyNot !== undefined}
      onSelect={onSelect}
      className={classNames(
        'flex min-h-8 max-w-72 items-start gap-2 rounded-sm px-2 py-1.5 outline-none data-highlighted:bg-sunken',
        danger && 'text-bad',
        whyNot !== undefined && 'text-faint',
      )}
    >
      {icon && <span className="mt-0.5 [&>svg]:size-4">{icon}</span>}
      <span>
        {children}
        {whyNot && <span className="block text-sm text-soft">{whyNot}</span>}
      </span>
    </Radix.Item>
  )
}

export function MenuSeparator() {
  return <Radix.Separator className="my-1 h-px bg-line" />
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 py-1.5 text-sm text-soft">{children}</Radix.Label>
}
