export {
  type Config,
  ConfigError,
  defineSettings,
  type Environment,
  loadConfig,
  type Setting,
  type Settings,
} from './config.ts'
export { correlationId, newCorrelationId, runWithCorrelation } from './correlation.ts'
export { renderEnvExample, type SettingsGroup } from './env-example.ts'
export {
  defineErrors,
  type ErrorCatalogue,
  type ErrorDefinition,
  type ErrorFactory,
} from './error-catalogue.ts'
export { AppError, type AppErrorOptions, type FieldError } from './errors.ts'
export {
  type CheckResult,
  createHealth,
  type DependencyCheck,
  type DependencyReport,
  type DependencyState,
  type Health,
  type HealthDocument,
  type ReadyDocument,
} from './health.ts'
export { addToKeyFile, loadKeyFile, loadOrCreateKeyFile, removeFromKeyFile } from './key-file.ts'
export {
  createKeyRing,
  createMasterKey,
  type KeyRing,
  KeyRingError,
  type KeyRingOptions,
  type MasterKey,
  type SealBinding,
} from './keyring.ts'
export { createLifecycle, type Lifecycle, type LifecyclePart, type StopOutcome } from './lifecycle.ts'
export { createLogger, type Logger, type LoggerOptions, type LogLevel, silentLogger } from './log.ts'
export { createPace, type Pace } from './pace.ts'
export { PROBLEM_CONTENT_TYPE, type Problem, type ProblemOptions, toProblem } from './problem.ts'
export { isSecretName, redact, scrubText } from './redaction.ts'
export { resealJson, sealedTextsIn } from './sealed-text.ts'
