export { canonicalJson, type JsonValue } from './canonical-json.ts'
export {
  type ChainBreak,
  type ChainHead,
  type ChainLink,
  type ChainVerdict,
  EMPTY_CHAIN,
  nextHash,
  verifyChain,
} from './hash-chain.ts'
