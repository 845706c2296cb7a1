/** A line between two ways, with a word on it. */
export function Divider({ text }: { text: string }) {
  return (
    <div className="flex items-center gap-3 text-sm text-soft">
      <span className="h-px flex-1 bg-line" />
      {text}
      <span className="h-px flex-1 bg-line" />
    </div>
  )
}
