/** What people call things, and themselves. */
import { z } from 'zod'

/** Without what would break the line that a name stands in. What turns its direction is shown so that it cannot. */
const ONE_LINE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u

export const nameSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(100, 'must have at most 100 characters')
  .regex(ONE_LINE, 'must not have control characters')
