import { inertLine } from '../text/inert.ts'
import { classNames } from './class-names.ts'

/** A name that somebody chose: isolated, so that whatever it holds changes nothing around it. */
export function Name({ children, className }: { children: string; className?: string }) {
  return <bdi className={classNames('min-w-0', className)}>{inertLine(children)}</bdi>
}
