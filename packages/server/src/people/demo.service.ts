import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installRegionKey, requestRegionKey, signRegion } from './authority.service.ts'
import { keyInUse, trustNationalKey } from './authority.sql.ts'
import { rawPublicKey } from './chain.ts'
import type { People } from './people.service.ts'

export const NATION_FILE = 'nation-staff.key'

/** The nation's key, where this cell is the one that keeps it. */
export const loadNationKey = async (dataDir: string): Promise<KeyObject | undefined> => {
  const file = join(dataDir, NATION_FILE)
  return existsSync(file) ? createPrivateKey(await readFile(file, 'utf8')) : undefined
}

export const makeNationKey = async (dataDir: string): Promise<KeyObject> => {
  const { privateKey } = generateKeyPairSync('ed25519')
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, NATION_FILE), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
    flag: 'wx',
  })
  return privateKey
}

/** A demo cell is a nation of its own: it signs its region's key itself, so that staff credentials can be tried. */
export const readyForDemo = async (people: People): Promise<void> => {
  const now = people.clock.now()
  if ((await keyInUse(people.db, 'region', null, now)) !== undefined) return
  const { dataDir } = people.config
  const nation = (await loadNationKey(dataDir)) ?? (await makeNationKey(dataDir))
  await trustNationalKey(people.db, rawPublicKey(nation), 'demo', now)
  const fault = await installRegionKey(people, signRegion(nation, await requestRegionKey(people, now), now), now)
  if (fault !== undefined) throw new Error(fault)
}
