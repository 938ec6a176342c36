import net from "node:net"

/** A way to a server that can be cut: connections are closed, and new ones too, until it is mended. */
export async function flakyProxy(target: string): Promise<{
  url: string
  cut(): void
  mend(): void
  close(): void
}> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<net.Socket>()
  let broken = false
  const server = net.createServer((socket) => {
    if (broken) return socket.destroy()
    const upstream = net.connect(Number(port), hostname)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ]) {
      sockets.add(one)
      one.on("error", () => other.destroy())
      one.on("close", () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const cut = () => {
    broken = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `redis://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    cut,
    mend: () => void (broken = false),
    close() {
      cut()
      server.close()
    },
  }
}
