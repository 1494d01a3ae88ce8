import { openVault } from './device-store.ts'
import { bytesIn, GOING_BYTES_MOST, leaving, SEEN_BYTES_MOST } from './file-limits.ts'
import { deleteFiles, fileEntries, getFile, putFile, touchFile } from './files-db.ts'
import { hiddenName, sealBytes, unsealBytes } from './vault.ts'

/**
 * Files on this device, sealed like everything else: those seen in rooms, and those that wait to be sent.
 * @see docs/adr/0030-a-device-that-works-alone.md
 */
type FileKind = 'seen' | 'going'
type Bytes = Uint8Array<ArrayBuffer>

/** A page that closes between keeping a file and naming it in a draft must not lose it to another tab that tidies up. */
const UNNAMED_KEPT_MS = 10 * 60_000

const isOf = (kind: FileKind, key: string): boolean => key.split('/')[1] === kind

const placeOf = async (kind: FileKind, name: string) => {
  const owner = openVault()
  return owner === undefined
    ? undefined
    : { vault: owner.vault, key: `${owner.id}/${kind}/${await hiddenName(owner.vault, `file/${kind}/${name}`)}` }
}

const write = async (kind: FileKind, name: string, bytes: Bytes): Promise<boolean> => {
  const place = await placeOf(kind, name)
  if (place === undefined) return false
  const sealed = await sealBytes(place.vault, place.key, bytes)
  await putFile({ key: place.key, at: Date.now(), bytes: bytes.byteLength }, sealed)
  return true
}

const read = async (kind: FileKind, name: string): Promise<Bytes | undefined> => {
  const place = await placeOf(kind, name)
  const sealed = place === undefined ? undefined : await getFile(place.key)
  if (place === undefined || sealed === undefined) return undefined
  if (kind === 'seen') await touchFile(place.key, Date.now())
  return unsealBytes(place.vault, place.key, sealed)
}

/** Keeps a file that was seen; of all of them the oldest leave. A device without room goes on without it. */
export const keepSeen = async (fileId: string, bytes: Bytes): Promise<void> => {
  try {
    await write('seen', fileId, bytes)
    const seen = (await fileEntries()).filter(({ key }) => isOf('seen', key))
    await deleteFiles(leaving(seen, SEEN_BYTES_MOST))
  } catch (fault) {
    console.warn('a file was not kept on this device', fault)
  }
}

export const seenFile = (fileId: string): Promise<Bytes | undefined> => read('seen', fileId).catch(() => undefined)

/** Keeps a file until it is sent. false: this device has no room for it, or keeps nothing. */
export const keepGoing = async (name: string, bytes: Bytes): Promise<boolean> => {
  try {
    const going = (await fileEntries()).filter(({ key }) => isOf('going', key))
    if (bytesIn(going) + bytes.byteLength > GOING_BYTES_MOST) return false
    return await write('going', name, bytes)
  } catch (fault) {
    console.warn('a file was not kept on this device', fault)
    return false
  }
}

export const goingFile = (name: string): Promise<Bytes | undefined> => read('going', name).catch(() => undefined)

/** Files of this person that no draft and no message on its way names any more leave. */
export const dropUnnamed = async (named: readonly string[]): Promise<void> => {
  const owner = openVault()
  if (owner === undefined) return
  const wanted = new Set((await Promise.all(named.map((name) => placeOf('going', name)))).map((place) => place?.key))
  const before = Date.now() - UNNAMED_KEPT_MS
  const over = (await fileEntries()).filter(
    ({ key, at }) => key.startsWith(`${owner.id}/going/`) && at < before && !wanted.has(key),
  )
  await deleteFiles(over.map(({ key }) => key))
}
