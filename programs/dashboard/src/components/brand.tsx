import { words } from '../words/en.ts'

export function Brand() {
  return (
    <span className="inline-flex items-center gap-2.5 text-lg font-semibold tracking-tight">
      <img src="/icon.svg" alt="" className="size-7" />
      {words.product}
    </span>
  )
}
