import { ConfigError } from '@seaworthy/kit'
import type { Accounts } from './accounts.ts'
import { passwordErrors } from './passwords.ts'

export interface FirstOwnerSettings {
  adminEmail?: string | undefined
  adminPassword?: string | undefined
}

/**
 * Makes the first owner from the settings, where there is none yet. Rejects with ConfigError, which has every reason
 * against a weak password, so that the platform does not start with it.
 */
export async function makeFirstOwner(
  accounts: Pick<Accounts, 'ensureOwner'>,
  { adminEmail: email, adminPassword: password }: FirstOwnerSettings,
): Promise<void> {
  if (!email || !password) return
  try {
    await accounts.ensureOwner({ email, password, name: email.split('@')[0]! })
  } catch (error) {
    if (!passwordErrors.password_too_weak.is(error)) throw error
    const errors = error.errors!.map(({ message }) => ({
      path: 'SEAWORTHY_ADMIN_PASSWORD',
      message: `${message}.`,
    }))
    throw new ConfigError(errors)
  }
}
