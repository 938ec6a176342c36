/** @jest-environment jsdom */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { act, createElement } from "react"
import { createRoot } from "react-dom/client"
import { api, type Run } from "../lib/api"
import { useTraining } from "./use-training"

jest.mock("../lib/client", () => ({ sdk: {} }))

const run = (id: string, status: Run["status"]): Run => ({
  id,
  status,
  stage: "reading events",
  progress: 0.5,
  started_at: "2026-03-01T12:00:00Z",
})

/** Renders the hook over a fake server whose runs `answer` sets. */
async function render() {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  let runs: Run[] = []
  jest.spyOn(api, "training").mockImplementation(async () => ({ runs }))
  const ended: string[] = []
  const failed: string[] = []
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const refreshed = jest.spyOn(client, "invalidateQueries")
  const seen: { current?: ReturnType<typeof useTraining> } = {}
  function Probe() {
    seen.current = useTraining({
      ended: ({ id, status }) => ended.push(`${id} ${status}`),
      failed: ({ message }) => failed.push(message),
    })
    return null
  }
  const root = createRoot(document.createElement("div"))
  const settle = () => act(async () => void (await jest.advanceTimersByTimeAsync(0)))
  await act(async () => root.render(createElement(QueryClientProvider, { client }, createElement(Probe))))
  await settle()
  return {
    ended,
    failed,
    refreshed,
    current: () => seen.current!,
    answer: (next: Run[]) => (runs = next),
    pass: (ms: number) => act(async () => void (await jest.advanceTimersByTimeAsync(ms))),
    start: async () => {
      await act(async () => seen.current!.start())
      await settle()
    },
    close: () => act(async () => root.unmount()),
  }
}

describe("useTraining", () => {
  beforeEach(() => jest.useFakeTimers())
  afterEach(() => {
    jest.useRealTimers()
    jest.restoreAllMocks()
  })

  it("looks every second while a run goes on, tells its end once and reads everything anew", async () => {
    const hook = await render()
    jest.spyOn(api, "startTraining").mockImplementation(async () => {
      hook.answer([run("a", "running")])
      return { run: run("a", "running") }
    })
    await hook.start()
    expect(hook.current().running?.id).toBe("a")

    const looks = () => (api.training as jest.Mock).mock.calls.length
    const before = looks()
    await hook.pass(3_100)
    expect(looks() - before).toBe(3)
    expect(hook.ended).toEqual([])

    hook.answer([run("a", "succeeded")])
    await hook.pass(1_100)
    expect(hook.current().running).toBeUndefined()
    await hook.pass(60_000)
    expect(hook.ended).toEqual(["a succeeded"])
    expect(hook.refreshed).toHaveBeenCalledWith({ queryKey: ["personalization"] })
    await hook.close()
  })

  it("notices a run that someone else started, and tells that it failed", async () => {
    const hook = await render()
    hook.answer([run("nightly", "running")])
    await hook.pass(10_100)
    expect(hook.current().running?.id).toBe("nightly")
    hook.answer([run("nightly", "failed")])
    await hook.pass(1_100)
    expect(hook.ended).toEqual(["nightly failed"])
    await hook.close()
  })

  it("tells a run that ends between two looks", async () => {
    const hook = await render()
    jest.spyOn(api, "startTraining").mockImplementation(async () => {
      hook.answer([run("quick", "succeeded")])
      return { run: run("quick", "running") }
    })
    await hook.start()
    expect(hook.ended).toEqual(["quick succeeded"])
    await hook.close()
  })

  it("is silent on runs that were over before, and says why one could not start", async () => {
    const hook = await render()
    hook.answer([run("old", "failed")])
    await hook.pass(10_100)
    jest.spyOn(api, "startTraining").mockRejectedValue(new Error("Training run a is still going on."))
    await hook.start()
    expect(hook.ended).toEqual([])
    expect(hook.failed).toEqual(["Training run a is still going on."])
    await hook.close()
  })
})
