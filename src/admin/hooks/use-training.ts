import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import { api, keys, type Run } from "../lib/api"
import { endedSince, runningOf } from "../lib/runs"

const WATCHING_MS = 1_000
// A schedule or another admin may start a run, too.
const IDLE_MS = 10_000

/**
 * Training runs, and starting one. Looks every second while a run goes on; when it ends, `ended` is told once
 * and everything shown is read anew.
 */
export function useTraining(on: { ended: (run: Run) => void; failed: (error: Error) => void }) {
  const client = useQueryClient()
  const watched = useRef<string>()

  const query = useQuery({
    queryKey: keys.training,
    queryFn: () => api.training(),
    refetchInterval: ({ state }) => (runningOf(state.data?.runs) ? WATCHING_MS : IDLE_MS),
    staleTime: 0,
  })
  const runs = query.data?.runs
  const running = runningOf(runs)

  useEffect(() => {
    const ended = endedSince(watched.current, runs ?? [])
    watched.current = running?.id ?? (ended ? undefined : watched.current)
    if (!ended) return
    on.ended(ended)
    void client.invalidateQueries({ queryKey: keys.all })
    // `on` is made anew with every render; only new data may bring news.
  }, [runs])

  const start = useMutation({
    mutationFn: () => api.startTraining(),
    onSuccess: ({ run }) => {
      watched.current = run.id
    },
    onError: (error: Error) => on.failed(error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.training }),
  })

  return { query, running, start: () => start.mutate(), starting: start.isPending }
}
