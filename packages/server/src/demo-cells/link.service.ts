import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { CutHow } from './network.ts'

/** The way from one cell to another, which may be cut. */
export interface DemoLink {
  /** Where the reading cell connects. */
  readonly port: number
  isUp(): boolean
  /** `refused` (default): connections are closed at once. `silent`: nothing arrives, as when packets are dropped. */
  cut(how?: CutHow): void
  heal(): void
  close(): Promise<void>
}

/**
 * Bytes pass as they are: TLS is between the cells, and nothing of it is seen here.
 * @param target port of the cell at the other end; undefined while it does not run
 */
export const openLink = async (target: () => number | undefined): Promise<DemoLink> => {
  let state: 'up' | CutHow = 'up'
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
  }
  const server = createServer((near) => {
    keep(near)
    const port = target()
    if (state === 'refused' || port === undefined) {
      near.destroy()
      return
    }
    if (state === 'silent') {
      near.pause()
      return
    }
    const far = connect(port, '127.0.0.1')
    keep(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const endAll = (): void => {
    for (const socket of [...sockets]) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    isUp: () => state === 'up',
    cut: (how = 'refused') => {
      state = how
      if (how === 'refused') return endAll()
      for (const socket of sockets) {
        socket.unpipe()
        socket.pause()
      }
    },
    heal: () => {
      state = 'up'
      endAll()
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      endAll()
      await closed
    },
  }
}
