import { useQuery } from "@tanstack/react-query"
import { api, keys } from "../lib/api"

/** What shoppers who look at this product are recommended. */
export function useRecommendedWith(productId: string, limit: number) {
  return useQuery({
    queryKey: keys.recommendedWith(productId, limit),
    queryFn: () => api.recommendedWith(productId, limit),
    staleTime: 30_000,
  })
}
