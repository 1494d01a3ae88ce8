import { fromHex, toBase64Url } from '../src/bytes.ts'
import { decodeSign1, sigStructure, verifySign1 } from '../src/cose.ts'
import type { CryptoBackend, Jwk } from '../src/crypto.ts'
import { isJsonObject, type JsonObject } from '../src/json.ts'
import { type Case, expect, expectEqual } from './suite.ts'

const member = (object: JsonObject, ...names: readonly string[]): JsonObject => {
  let found: unknown = object
  for (const name of names) found = isJsonObject(found) ? found[name] : undefined
  return isJsonObject(found) ? found : {}
}

const hex = (text: unknown): Uint8Array => (typeof text === 'string' ? fromHex(text) : undefined) ?? new Uint8Array()

const jwkOf = (key: JsonObject): Jwk => {
  const jwk: Record<string, unknown> = { kty: key.kty, crv: key.crv, x: key.x, y: key.y }
  for (const name of ['x', 'y']) if (key[`${name}_hex`] !== undefined) jwk[name] = toBase64Url(hex(key[`${name}_hex`]))
  return jwk as Jwk
}

const isVerified = async (crypto: CryptoBackend, vector: JsonObject): Promise<boolean> => {
  const { external, ...sign0 } = member(vector, 'input', 'sign0')
  const key = await crypto.importKey({ form: 'jwk', jwk: jwkOf(member({ sign0 }, 'sign0', 'key')) })
  expect(key.ok, `the key can be imported: ${JSON.stringify(key)}`)
  const message = decodeSign1(hex(member(vector, 'output').cbor))
  return key.ok && message.ok && (await verifySign1(crypto, message.value, key.value, hex(external)))
}

/** The signed bytes must be those of the vector too, wherever the message can be decoded. */
const expectToBeSigned = (vector: JsonObject): void => {
  const wanted = member(vector, 'intermediates').ToBeSign_hex
  const message = decodeSign1(hex(member(vector, 'output').cbor))
  if (vector.fail === true || typeof wanted !== 'string' || !message.ok) return
  const { protectedBytes, payload } = message.value
  const made = sigStructure(protectedBytes, payload, hex(member(vector, 'input', 'sign0').external))
  expectEqual(toBase64Url(made), toBase64Url(hex(wanted)), 'Sig_structure')
}

export const coseCases = (vectors: Readonly<Record<string, JsonObject>>): readonly Case[] =>
  Object.entries(vectors).map(([path, vector]) => ({
    name: `COSE ${path} ${vector.fail === true ? 'is refused' : 'is verified'}`,
    run: async (crypto) => {
      expectEqual(await isVerified(crypto, vector), vector.fail !== true, String(vector.title))
      expectToBeSigned(vector)
    },
  }))
