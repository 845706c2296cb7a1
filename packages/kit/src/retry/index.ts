export {
  type CallPolicy,
  type CallPolicyOptions,
  CallTimedOut,
  CircuitOpen,
  createCallPolicy,
} from './call-policy.ts'
