/** The words that an app is sorted by, quietly. */
export function TagChips({ tags, className = '' }: { tags: readonly string[]; className?: string }) {
  if (tags.length === 0) return null
  return (
    <span className={`flex min-w-0 flex-wrap gap-1 ${className}`}>
      {tags.map(tag => (
        <span key={tag} className="max-w-40 truncate rounded-sm bg-sunken px-1.5 text-xs text-soft">
          {tag}
        </span>
      ))}
    </span>
  )
}
