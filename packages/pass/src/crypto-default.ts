import type { CryptoBackend } from './crypto.ts'
import { createWebCrypto } from './crypto-webcrypto.ts'

/** WebCrypto where the platform has it, else the pure backend, which is then loaded at first use. */
export const createCrypto = (): CryptoBackend =>
  globalThis.crypto?.subtle ? createWebCrypto(globalThis.crypto.subtle) : createLazyPure()

const createLazyPure = (): CryptoBackend => {
  let loaded: Promise<CryptoBackend> | undefined
  const pure = () => {
    loaded ??= import('./crypto-pure.ts').then((module) => module.createPureCrypto())
    return loaded
  }
  return {
    name: 'pure',
    importKey: async (material) => (await pure()).importKey(material),
    importPrivateKey: async (material) => (await pure()).importPrivateKey(material),
    verify: async (alg, key, message, signature) => (await pure()).verify(alg, key, message, signature),
    sign: async (alg, key, message) => (await pure()).sign(alg, key, message),
    digest: async (hash, data) => (await pure()).digest(hash, data),
    generateKey: async (curve, extractable) => (await pure()).generateKey(curve, extractable),
  }
}
