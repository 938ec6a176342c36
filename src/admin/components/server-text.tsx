/** Text that the server words in English, kept apart from text of another direction around it. */
export function ServerText({ children }: { children: string }) {
  return <bdi lang="en">{children}</bdi>
}
