import 'reflect-metadata'
import { createHash, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { CellId } from './log-record.ts'
import { tlsNameOf } from './tls.service.ts'

/** ECDSA on P-256: every TLS stack in use has it, hardware modules too. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
export const CA_DAYS = 3_650
export const CERT_DAYS = 397

export interface PemPair {
  readonly cert: string
  readonly key: string
}

const crypto = webcrypto as unknown as Crypto

const newKeys = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>

const serial = (): string => {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  // Positive, and never shortened: the first bit is 0, the second 1.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex')
}

const daysAfter = (now: Date, days: number): Date => new Date(now.getTime() + days * 86_400_000)
/** Clocks of cells differ: a new certificate holds already an hour ago. */
const justBefore = (now: Date): Date => new Date(now.getTime() - 3_600_000)

const keyPem = async (key: CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')

/** The authority that vouches for which cell is which. Its key stays on paper or in a safe, not in a cell. */
export const makeAuthority = async (now: Date): Promise<PemPair> => {
  const keys = await newKeys()
  const cert = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: 'CN=Dure cells',
      notBefore: justBefore(now),
      notAfter: daysAfter(now, CA_DAYS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  )
  return { cert: `${cert.toString('pem')}\n`, key: `${await keyPem(keys.privateKey)}\n` }
}

/** A certificate for one cell, as server and as client. */
export const makeCertificate = async (
  authority: PemPair,
  cell: CellId,
  now: Date,
  days: number = CERT_DAYS,
): Promise<PemPair> => {
  const keys = await newKeys()
  const issuer = new x509.X509Certificate(authority.cert)
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    ALGORITHM,
    false,
    ['sign'],
  )
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(),
      subject: `CN=Dure cell ${cell}`,
      issuer: issuer.subject,
      notBefore: justBefore(now),
      notAfter: daysAfter(now, days),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth], false),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: tlsNameOf(cell) }], false),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
      ],
    },
    crypto,
  )
  return { cert: `${cert.toString('pem')}\n`, key: `${await keyPem(keys.privateKey)}\n` }
}

/** SHA-256 of the certificate, in hex: what a directory names to revoke it. */
export const fingerprintOf = (pem: string): string =>
  createHash('sha256')
    .update(Buffer.from(new x509.X509Certificate(pem).rawData))
    .digest('hex')
