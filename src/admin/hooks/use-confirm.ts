import { usePrompt } from "@medusajs/ui"

type PromptProps = Parameters<ReturnType<typeof usePrompt>>[0]

/** Asks before something that shoppers notice; the keyboard then goes on where it was. */
export function useConfirm(): (props: PromptProps) => Promise<boolean> {
  const prompt = usePrompt()
  return async (props) => {
    const opener = document.activeElement
    const sure = await prompt(props)
    // The prompt lives in a React root of its own and gives the focus back to nobody.
    requestAnimationFrame(() => opener instanceof HTMLElement && opener.focus())
    return sure
  }
}
