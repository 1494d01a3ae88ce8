import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { AuthenticationResponse, RegistrationResponse } from '@dure/contract'

/** A passkey made of software, for tests: it does what it is told, also what no honest one would. */
export interface SoftKey {
  readonly id: string
  /** Answers a registration challenge. */
  attest(options: Options, lies?: Lies): RegistrationResponse
  /** Answers a sign-in challenge. */
  assert(options: Options, lies?: Lies): AuthenticationResponse
}

/** What the server sent. */
export type Options = Readonly<Record<string, unknown>>

export interface Lies {
  readonly origin?: string
  readonly rpId?: string
  readonly counter?: number
  readonly userVerified?: boolean
  readonly userHandle?: string
  readonly challenge?: string
  readonly type?: string
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const b64 = (data: Buffer | string): string => Buffer.from(data).toString('base64url')

export const softKey = (origin: string): SoftKey => {
  const id = randomBytes(32)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let counter = 0
  let handle: string | undefined
  const authData = (rpId: string, flags: number, count: number, attested = Buffer.alloc(0)): Buffer => {
    const counted = Buffer.alloc(4)
    counted.writeUInt32BE(count)
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counted, attested])
  }
  const clientData = (type: string, options: Options, lies: Lies): string =>
    b64(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? String(options.challenge),
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    )
  const flagsOf = (lies: Lies, more: number): number => 0x01 | (lies.userVerified === false ? 0 : 0x04) | more

  return {
    id: b64(id),
    attest: (options, lies = {}) => {
      handle = (options.user as { id: string }).id
      const rpId = lies.rpId ?? (options.rp as { id: string }).id
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseKey(publicKey)])
      const data = authData(rpId, flagsOf(lies, 0x40), lies.counter ?? counter, attested)
      const attestationObject = b64(attestationNone(data))
      const response = {
        clientDataJSON: clientData('webauthn.create', options, lies),
        attestationObject,
        transports: ['internal'],
      }
      return { id: b64(id), rawId: b64(id), response, clientExtensionResults: {}, type: 'public-key' }
    },
    assert: (options, lies = {}) => {
      counter += 1
      const data = authData(lies.rpId ?? String(options.rpId), flagsOf(lies, 0), lies.counter ?? counter)
      const clientDataJSON = clientData('webauthn.get', options, lies)
      const signature = sign(
        'sha256',
        Buffer.concat([data, sha256(Buffer.from(clientDataJSON, 'base64url'))]),
        privateKey,
      )
      const userHandle = lies.userHandle ?? handle
      const response = {
        ...{ clientDataJSON, authenticatorData: b64(data), signature: b64(signature) },
        ...(userHandle === undefined ? {} : { userHandle }),
      }
      return { id: b64(id), rawId: b64(id), response, clientExtensionResults: {}, type: 'public-key' }
    },
  }
}

/** {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} */
const coseKey = (key: KeyObject): Buffer => {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const parts = [
    'a5010203262001215820',
    Buffer.from(x, 'base64url').toString('hex'),
    '225820',
    Buffer.from(y, 'base64url').toString('hex'),
  ]
  return Buffer.from(parts.join(''), 'hex')
}

/** {"fmt": "none", "attStmt": {}, "authData": …} */
const attestationNone = (authData: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
    Buffer.from([0x59, authData.length >> 8, authData.length & 0xff]),
    authData,
  ])
