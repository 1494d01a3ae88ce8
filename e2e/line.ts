import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** `open`: everything passes. `cut`: nothing. `lose-answers`: what is asked arrives, what is answered does not. */
export type LineState = 'open' | 'cut' | 'lose-answers'

/** A line between a browser and a cell that a test can cut and heal, below HTTP, as real networks do. */
export interface Line extends AsyncDisposable {
  readonly url: string
  leadTo(port: number): void
  set(state: LineState): void
}

export const openLine = async (): Promise<Line> => {
  const sockets = new Set<Socket>()
  let state: LineState = 'open'
  let target = 0
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    return socket
  }
  const server: Server = createServer((near) => {
    keep(near)
    if (state === 'cut') return near.destroy()
    const far = keep(connect(target, '127.0.0.1'))
    near.pipe(far)
    far.on('data', (piece) => (state === 'lose-answers' ? near.destroy() : near.write(piece)))
    far.on('close', () => near.destroy())
    near.on('close', () => far.end())
    return near
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (port) => {
      target = port
    },
    set: (next) => {
      state = next
      if (next !== 'open') for (const socket of sockets) socket.destroy()
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
