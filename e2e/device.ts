import type { Page } from 'playwright-core'

/** Everything a page of this address keeps on the device, as bytes read as text: what somebody with the disk would search. */
export const rawDevice = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const parts: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]
    const add = (value: unknown): void => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer)
        for (const encoding of ['utf-8', 'utf-16le']) parts.push(new TextDecoder(encoding).decode(bytes))
      } else if (value !== null && typeof value === 'object' && !(value instanceof CryptoKey))
        for (const [name, one] of Object.entries(value)) {
          parts.push(name)
          add(one)
        }
      else parts.push(String(value))
    }
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    for (const { name } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name ?? ''))
      for (const store of db.objectStoreNames) {
        const all = db.transaction(store).objectStore(store)
        add(await done(all.getAllKeys()))
        add(await done(all.getAll()))
      }
      db.close()
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        parts.push(request.url)
        if (/\/api\//.test(request.url)) parts.push((await (await cache.match(request))?.text()) ?? '')
      }
    }
    return parts.join('\n')
  })

/** How many sealed things of a kind lie on the device. */
export const sealedOf = (page: Page, kind: string): Promise<number> =>
  page.evaluate(
    (wanted) =>
      new Promise<number>((resolve, reject) => {
        const open = indexedDB.open('dure-store')
        open.onerror = () => reject(open.error)
        open.onsuccess = () => {
          const db = open.result
          const keys = db.transaction('records').objectStore('records').getAllKeys()
          keys.onerror = () => reject(keys.error)
          keys.onsuccess = () => {
            db.close()
            resolve(keys.result.filter((key) => String(key).split('/')[1] === wanted).length)
          }
        }
      }),
    kind,
  )

/** Waits until something of this kind that was written at `since` or later lies on the device. */
export const onDisk = async (page: Page, kind: string, since: number): Promise<void> => {
  await page.waitForFunction(
    ([wanted, from]) =>
      new Promise<boolean>((resolve) => {
        const open = indexedDB.open('dure-store')
        open.onsuccess = () => {
          const all = open.result.transaction('records').objectStore('records').getAll()
          all.onsuccess = () => {
            open.result.close()
            const found = all.result as { key: string; at: number }[]
            resolve(found.some(({ key, at }) => key.split('/')[1] === wanted && at >= from))
          }
        }
      }),
    [kind, since] as const,
  )
}
