/** What every way of telling people has in common. */

export interface Message {
  readonly subject: string
  readonly body: string
}

export interface Notifier {
  /** @throws NotifyError `notify/refused` when the message was not accepted, whatever the reason */
  send(message: Message): Promise<void>
}
