export { correlationId, newCorrelationId, runWithCorrelation } from './correlation.ts'
export { AppError, type AppErrorOptions, type FieldError } from './errors.ts'
export { createLogger, type Logger, type LoggerOptions, type LogLevel, silentLogger } from './log.ts'
export { isSecretName, redact, scrubText } from './redaction.ts'
