import { Link } from '@tanstack/react-router'

export function DeploymentLink({ slug, number }: { slug: string; number: number }) {
  return (
    <Link
      to="/apps/$slug/deployments/$number"
      params={{ slug, number: String(number) }}
      className="font-medium text-accent tabular-nums hover:underline"
    >
      #{number}
    </Link>
  )
}
