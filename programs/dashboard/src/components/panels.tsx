import * as Radix from '@radix-ui/react-tabs'
import type { ReactNode } from 'react'

export interface Panel {
  id: string
  label: ReactNode
  content: ReactNode
}

/** Several ways or views in one place, of which one shows. */
export function Panels({
  label,
  panels,
  initial,
}: {
  label: string
  panels: readonly Panel[]
  initial?: string
}) {
  return (
    <Radix.Root defaultValue={initial ?? panels[0]!.id}>
      <Radix.List aria-label={label} className="mb-4 flex flex-wrap gap-1 rounded-md bg-sunken p-1">
        {panels.map(({ id, label }) => (
          <Radix.Trigger
            key={id}
            value={id}
            className="flex-1 rounded-sm px-3 py-1.5 text-sm whitespace-nowrap text-soft hover:text-ink data-[state=active]:bg-raised data-[state=active]:font-medium data-[state=active]:text-ink data-[state=active]:shadow-card"
          >
            {label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {panels.map(({ id, content }) => (
        <Radix.Content key={id} value={id}>
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
