import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { api, keys, type ModelVersion } from "../lib/api"

/** Model versions, newest first, and the one that serves. */
export function useModels() {
  return useQuery({ queryKey: keys.models, queryFn: () => api.models(), staleTime: 0 })
}

/** Makes a kept version live (or the one before, without a version); everything shown is then read anew. */
export function useRollback(on: {
  done: (live: ModelVersion | null) => void
  failed: (error: Error) => void
}) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (version?: string) => api.rollback(version),
    onSuccess: ({ live }) => on.done(live),
    onError: (error: Error) => on.failed(error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.all }),
  })
}
