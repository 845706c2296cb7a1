import { defineErrors } from '@seaworthy/kit'

export const execErrors = defineErrors({
  exec_no_instance: {
    status: 409,
    message:
      'No instance of {what} runs just now. Wake {slug} with a request, look at seaworthy info, or start a fresh one: seaworthy run -i.',
  },
  exec_limit: {
    status: 429,
    message: '{who} {limit} commands open already, which is the most at once. End one of them first.',
  },
  exec_idle: {
    status: 408,
    message: 'Nothing was typed or printed for {minutes} minutes, so the command was ended.',
  },
  exec_not_allowed: {
    status: 403,
    message: 'The session or token of this command is over, or its rights changed, so the command was ended.',
  },
  exec_instance_ended: { status: 409, message: 'The instance ended, and the command with it.' },
  exec_stopping: {
    status: 503,
    message: 'The platform stops or restarts, so the command was ended. Start it again in a moment.',
  },
  exec_frame: { status: 400, message: 'A frame was sent that is no message of this protocol.' },
})
