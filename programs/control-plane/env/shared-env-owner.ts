/** Which of a team's documents of shared variables. */
export interface SharedEnvOwner {
  teamId: string
  /** `production`; empty: every environment of the team. */
  environment: string
}
