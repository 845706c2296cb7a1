import { AppError, defineErrors, type FieldError } from '@seaworthy/kit'

/** Names each wrong variable. */
export class EnvInvalid extends AppError {
  constructor(errors: FieldError[]) {
    super('env_invalid', errors[0]!.message, { status: 422, errors })
  }
}

export const envErrors = defineErrors({
  env_version_not_found: {
    status: 404,
    message: 'There is no version {version} of the variables of {owner}.',
  },
  env_changed_meanwhile: {
    status: 409,
    message:
      'The variables were changed meanwhile: version {current} by {author} came after the version {base} that this ' +
      'change was made on. Look at what is different, then make the change again.',
  },
  env_secret_unreadable: {
    status: 422,
    message:
      'The secret {key} of {owner} cannot be opened: what is stored of it is damaged or was sealed elsewhere. Set it ' +
      'again; until then nothing is started or built without it.',
  },
  env_key_not_set: { status: 404, message: 'There is no variable {key} for {owner}.' },
  environment_invalid: {
    status: 422,
    message:
      '"{environment}" cannot be the name of an environment: it is made of a-z, 0-9 and -, begins with a letter, and ' +
      '"all" stands for every environment of the team.',
  },
})
