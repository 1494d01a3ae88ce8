import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The way from one cell to another, which the demo may cut. */
export interface Link {
  readonly port: number
  isCut(): boolean
  cut(): void
  heal(): void
  close(): Promise<void>
}

/** Bytes pass as they are: TLS is between the cells, and this sees none of it. Cut, every connection is closed at once. */
export const openLink = async (targetPort: number): Promise<Link> => {
  let cut = false
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
  }
  const endAll = () => {
    for (const socket of [...sockets]) socket.destroy()
  }
  const server = createServer((incoming) => {
    keep(incoming)
    if (cut) return void incoming.destroy()
    const outgoing = connect(targetPort, '127.0.0.1')
    keep(outgoing)
    incoming.pipe(outgoing).pipe(incoming)
    incoming.on('close', () => outgoing.destroy())
    outgoing.on('close', () => incoming.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    isCut: () => cut,
    cut: () => {
      cut = true
      endAll()
    },
    heal: () => {
      cut = false
      // The reader behind it pauses between tries; a fresh connection is tried at once.
      endAll()
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      endAll()
      await closed
    },
  }
}
