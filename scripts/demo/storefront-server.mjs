/** Serves the built storefront: files, pictures, `/config.json`, and the page itself for every other path. */
import fs from "node:fs"
import http from "node:http"
import path from "node:path"

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".map": "application/json",
}

/**
 * @param {{ root: string, statics: string, port: number, config: object }} options `statics` is served below
 *   `/static`, its folder `pictures` below `/pictures` too
 * @returns {Promise<{ close: () => Promise<void> }>}
 */
export function serveStorefront({ root, statics, port, config }) {
  const server = http.createServer((request, response) => {
    const answer = (status, headers, body) =>
      response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body)
    if (request.method !== "GET" && request.method !== "HEAD") return answer(405, { allow: "GET, HEAD" }, "")
    let pathname
    try {
      pathname = decodeURIComponent(new URL(request.url, "http://localhost").pathname)
    } catch {
      return answer(400, {}, "")
    }
    if (pathname === "/config.json") {
      return answer(
        200,
        { "content-type": TYPES[".json"], "cache-control": "no-store" },
        JSON.stringify(config)
      )
    }
    const file =
      fileBelow(statics, pathname.replace(/^\/static\//, "/")) ?? fileBelow(root, pathname) ?? undefined
    const extension = path.extname(file ?? pathname)
    // A path with an extension names a file; all others are routes of the page.
    if (!file && extension) return answer(404, { "content-type": "text/plain" }, "not found")
    const chosen = file ?? path.join(root, "index.html")
    const immutable = pathname.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"
    response.writeHead(200, {
      "content-type": TYPES[path.extname(chosen)] ?? "application/octet-stream",
      "cache-control": immutable,
      "x-content-type-options": "nosniff",
    })
    if (request.method === "HEAD") return response.end()
    fs.createReadStream(chosen)
      .on("error", () => response.destroy())
      .pipe(response)
  })
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, () =>
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(closed)
            server.closeAllConnections()
          }),
      })
    )
  })
}

/** The file that the path names inside the folder, if there is one. */
function fileBelow(folder, pathname) {
  const file = path.join(folder, path.normalize(`/${pathname}`))
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return stat?.isFile() ? file : undefined
}
