/** What was typed into a control; nothing when there is none of that name, or it holds a file. */
export function typedText(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
