import type { ReactNode } from 'react'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'

/** Around all pages, and inside of the router, since a message may hold links. */
export function Surroundings({ children }: { children: ReactNode }) {
  return (
    <TooltipProvider>
      <ToastProvider>{children}</ToastProvider>
    </TooltipProvider>
  )
}
