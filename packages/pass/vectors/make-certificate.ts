import { type KeyObject, sign } from 'node:crypto'
import { concat, utf8 } from '../src/bytes.ts'

/** A self-signed X.509 certificate, just enough of DER for test vectors. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => {
  const body = concat(...parts)
  const { length } = body
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return concat(Uint8Array.of(tag, ...head), body)
}

const SEQUENCE = 0x30
const oid = (text: string): Uint8Array => {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const bytes = [arc & 127]
    for (let left = arc >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 127) | 128)
    return bytes
  })
  return der(0x06, Uint8Array.from(arcs))
}

const time = (ms: number): Uint8Array =>
  der(0x18, utf8(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))

export type CertificateInput = {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly notBefore: number
  readonly notAfter: number
  readonly usages?: readonly string[]
}

export const makeCertificate = (input: CertificateInput): Uint8Array => {
  const { publicKey, privateKey, notBefore, notAfter, usages } = input
  const algorithm = der(
    SEQUENCE,
    oid(publicKey.asymmetricKeyType === 'rsa' ? '1.2.840.113549.1.1.11' : '1.2.840.10045.4.3.2'),
  )
  const name = der(SEQUENCE, der(0x31, der(SEQUENCE, oid('2.5.4.6'), der(0x13, utf8('KR')))))
  const extension = usages && der(SEQUENCE, oid('2.5.29.37'), der(0x04, der(SEQUENCE, ...usages.map(oid))))
  const tbs = der(
    SEQUENCE,
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1)),
    algorithm,
    name,
    der(SEQUENCE, time(notBefore), time(notAfter)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(extension ? [der(0xa3, der(SEQUENCE, extension))] : []),
  )
  return der(SEQUENCE, tbs, algorithm, der(0x03, Uint8Array.of(0), sign('sha256', tbs, privateKey)))
}
