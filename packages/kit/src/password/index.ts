export {
  createPasswordHasher,
  type PasswordHasher,
  type PasswordHasherOptions,
  PasswordsBusy,
} from './password-hasher.ts'
export {
  type CandidatePassword,
  createPasswordPolicy,
  type PasswordPolicy,
  type PasswordPolicyOptions,
  type PasswordRules,
} from './password-policy.ts'
export { createStrengthCheck, type Strength, type StrengthCheck } from './strength-check.ts'
