import { useQuery } from "@tanstack/react-query"
import { api, keys } from "../lib/api"

const REFRESH_MS = 10_000

/** Set-up, events, index and queue; refreshed while the page is in view. */
export function useOverview() {
  return useQuery({
    queryKey: keys.overview,
    queryFn: () => api.overview(),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
  })
}
