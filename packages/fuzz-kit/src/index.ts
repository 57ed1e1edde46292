export { mutatedBytes, mutatedText } from './mutated-bytes.ts';
export { mutatedDer } from './mutated-der.ts';
export { type OpensslOracle, startOpensslOracle } from './openssl-oracle.ts';
export { outcomeOf } from './outcome-of.ts';
export { signedAgain } from './signed-again.ts';
