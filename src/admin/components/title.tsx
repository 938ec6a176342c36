import { useWords } from "../hooks/use-words"

/** The plugin's name in the language of the dashboard. */
export function Title() {
  return <>{useWords().t("title")}</>
}
