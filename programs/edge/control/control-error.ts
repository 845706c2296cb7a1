/** An answer that is not a success: `code` for programs, `message` for people. */
export class ControlError extends Error {
  readonly status: number
  readonly code: string
  readonly details: object

  constructor(status: number, code: string, message: string, details: object = {}) {
    super(message)
    this.name = 'ControlError'
    this.status = status
    this.code = code
    this.details = details
  }
}
