/** A listener for errors of a socket whose end is told elsewhere: without one, an error would end the process. */
export function ignored(): void {
  // Nothing is to be done.
}
