import { LoaderCircle } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.ts'
import { useKeptFocus } from './kept-focus.ts'
import { Tooltip } from './tooltip.tsx'

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  look?: 'main' | 'plain' | 'quiet' | 'danger'
  size?: 'normal' | 'small'
  icon?: ReactNode
  /** On its way: it cannot be pressed twice. */
  busy?: boolean
  /** Why it cannot be pressed, as a sentence; it can still be reached and read. */
  whyNot?: string | undefined
}

const LOOKS = {
  main: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-raised text-ink border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-soft border-transparent hover:bg-sunken hover:text-ink',
  danger: 'bg-bad text-on-bad border-transparent hover:opacity-90',
}

const SIZES = {
  normal: 'h-9 px-3.5 text-base gap-2',
  small: 'h-8 px-2.5 text-sm gap-1.5',
}

export function Button({
  look = 'plain',
  size = 'normal',
  icon,
  busy = false,
  whyNot,
  className,
  children,
  onClick,
  type = 'button',
  ref,
  ...rest
}: ButtonProps) {
  // With a reason it stands inside of a tooltip, and is another element.
  const kept = useKeptFocus(ref)
  const off = busy || whyNot !== undefined
  const button = (
    <button
      {...rest}
      ref={kept}
      type={type}
      aria-disabled={off || rest['aria-disabled'] || undefined}
      aria-busy={busy || undefined}
      onClick={event => (off ? event.preventDefault() : onClick?.(event))}
      className={classNames(buttonLook(look, size), off && 'opacity-55', className)}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4 animate-spin" /> : icon}
      {children}
    </button>
  )
  return whyNot === undefined ? button : <Tooltip text={whyNot}>{button}</Tooltip>
}

/** For links that look like a button. */
export function buttonLook(look: keyof typeof LOOKS, size: keyof typeof SIZES = 'normal'): string {
  return classNames(
    'inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap transition-colors',
    LOOKS[look],
    SIZES[size],
  )
}
